/** Labels of images by the names of classes: a source that was trained elsewhere may number the same classes otherwise. */

/**
 * For each class the number of the label with its name; null where no label, or more than one, has it. Case, spaces, hyphens and
 * underscores do not count, but ids of WordNet ("n01440764") are compared as they are.
 */
export function labelsByName(classNames: readonly string[], labelNames: readonly string[]): (number | null)[] {
  const labels = new Map<string, number | null>();
  for (const [label, name] of labelNames.entries()) {
    const key = keyOf(name);
    labels.set(key, labels.has(key) ? null : label);
  }
  return classNames.map((name) => labels.get(keyOf(name)) ?? null);
}

const wordNetId = /^n\d{8}$/;

function keyOf(name: string): string {
  const trimmed = name.trim();
  if (wordNetId.test(trimmed)) return `id ${trimmed}`; // other keys have no spaces
  return trimmed.toLowerCase().replace(/[\s_-]+/g, '');
}
