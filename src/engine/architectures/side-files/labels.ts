/** Names of classes: one a line, or as JSON a list or an object from the class's number to its name. */

/** The labels of a JSON value; null when it is no such list. ImageNet's `[id, name]` pairs give the name. */
export function labelList(json: unknown): string[] | null {
  if (Array.isArray(json)) return json.length > 0 && json.every(isText) ? json : null;
  if (typeof json !== 'object' || json === null) return null;
  const entries = Object.entries(json);
  const labels = new Array<string>(entries.length);
  for (const [key, value] of entries) {
    const label: unknown = Array.isArray(value) ? value.at(-1) : value;
    const index = Number(key);
    if (!isText(label) || !/^\d+$/.test(key) || index >= labels.length) return null;
    labels[index] = label;
  }
  return labels.length > 0 ? labels : null;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The lines of a text, without the empty ones at the end; null when one in between is empty or there are none. */
export function labelLines(text: string): string[] | null {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
  return lines.every((line) => line !== '') ? lines : null;
}
