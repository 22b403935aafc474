/** What the studio keeps in this browser: each kind says what it is and what it takes, and can go. A further kind: a shelf in `shelves`. */

import { client } from '../session.ts';
import { deleteAllSessions, readSummaries } from '../sessions/shelf.ts';
import { forgetAll, remembered } from '../stores/memory.ts';
import { useOffline } from '../stores/offline.ts';
import { useSessions } from '../stores/sessions.ts';
import { plural } from '../text/numbers.ts';

/** What lies on a shelf. */
export interface Kept {
  /** "3 sessions". */
  what: string;
  /** What of it, or what for. */
  note: string;
  bytes: number;
}

interface Shelf {
  /** What is missing where the browser has no such place. */
  lacking: string;
  /** Null when it is empty. Throws where the browser has no such place. */
  look(): Promise<Kept | null>;
  clear(): Promise<void>;
}

const sessions: Shelf = {
  lacking: 'Sessions are not kept: this browser has no place for them, as in some private windows. Save them as files.',
  async look() {
    const all = await readSummaries();
    if (all.length === 0) return null;
    const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
    return { what: plural(all.length, 'session'), note: 'recipes and what runs measured, without files', bytes };
  },
  async clear() {
    await deleteAllSessions();
    useSessions.setState({ kept: [] });
  },
};

const runs: Shelf = {
  lacking:
    'Runs cannot go on after their tab is closed: this browser has no files for pages, as in some private windows.',
  async look() {
    const { runs: count, bytes, refused } = await client.storage();
    if (refused) throw new RangeError('there are no files');
    if (count === 0) return null;
    return { what: plural(count, 'run'), note: 'broken off or under way, with copies of their files', bytes };
  },
  async clear() {
    await client.clearStorage();
    useSessions.setState({ brokenRuns: [] });
  },
};

const copy: Shelf = {
  lacking: 'The studio is not kept for work without network: this browser, or this address, does not allow it.',
  async look() {
    const all = await Promise.all((await ownCaches()).map(cachedBytes));
    if (all.length === 0) return null;
    const bytes = all.reduce((sum, one) => sum + one, 0);
    return { what: 'A copy of the studio', note: 'with its demos, for work without network', bytes };
  },
  async clear() {
    for (const name of await ownCaches()) await caches.delete(name);
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.unregister();
    useOffline.setState({ kept: 'cleared', update: 'none' });
  },
};

/** Of this studio, and of no other page of its host. */
async function ownCaches(): Promise<string[]> {
  const scope = new URL('./', location.href).href;
  return (await caches.keys()).filter((name) => name.endsWith(scope));
}

async function cachedBytes(name: string): Promise<number> {
  const responses = await (await caches.open(name)).matchAll();
  const sizes = await Promise.all(responses.map(async (response) => (await response.blob()).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const choices: Shelf = {
  lacking: 'Theme and backend are chosen anew at each visit: this browser does not remember them.',
  async look() {
    const { names, bytes } = remembered();
    return names.length === 0
      ? null
      : { what: plural(names.length, 'choice'), note: `of ${names.join(' and ')}`, bytes };
  },
  async clear() {
    forgetAll();
  },
};

export const shelves: readonly Shelf[] = [sessions, runs, copy, choices];
