/** Looks at all shelves together, and clears them. */
import type { Kept } from './shelves.ts';
import { shelves } from './shelves.ts';

export interface Storage {
  kept: readonly Kept[];
  /** What this browser has no place for, each in a sentence. */
  lacking: readonly string[];
  /** Of all pages of this address, as the browser counts, in bytes; null where it does not tell. */
  estimate: { used: number; allowed: number } | null;
}

export async function lookAtStorage(): Promise<Storage> {
  const looks = await Promise.all(
    shelves.map(async ({ look, lacking }) => {
      try {
        return await look();
      } catch {
        return lacking;
      }
    }),
  );
  return {
    kept: looks.filter((look) => look !== null && typeof look !== 'string'),
    lacking: looks.filter((look) => typeof look === 'string'),
    estimate: await estimated(),
  };
}

async function estimated(): Promise<Storage['estimate']> {
  try {
    const { usage, quota } = await navigator.storage.estimate();
    return usage === undefined || quota === undefined ? null : { used: usage, allowed: quota };
  } catch {
    return null;
  }
}

/** Empties every shelf that there is. */
export async function clearStorage(): Promise<void> {
  // A shelf that is not there holds nothing.
  await Promise.allSettled(shelves.map((shelf) => shelf.clear()));
}
