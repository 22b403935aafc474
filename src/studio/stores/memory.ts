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

/** What is remembered, and the bytes that it takes. Throws where the browser forbids it. */
export function remembered(): { names: string[]; bytes: number } {
  const entries = Object.entries(localStorage).filter(([key]) => key.startsWith(prefix));
  return {
    names: entries.map(([key]) => key.slice(prefix.length)),
    // Two bytes for each letter.
    bytes: entries.reduce((sum, [key, value]) => sum + 2 * (key.length + value.length), 0),
  };
}

/** Throws where the browser forbids it. */
export function forgetAll(): void {
  for (const name of remembered().names) localStorage.removeItem(prefix + name);
}
