/** Small choices that outlive a visit. Where the browser keeps nothing, the page works all the same. */
const prefix = 'fs-merge-studio.';

export function recall<T extends string>(key: string, known: readonly T[], otherwise: T): T {
  try {
    const value = localStorage.getItem(prefix + key);
    return known.find((candidate) => candidate === value) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(prefix + key, value);
  } catch {
    // Storage is full or forbidden: the choice holds for this visit.
  }
}
