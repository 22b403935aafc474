/** The browser's shelf of sessions, each beside what the first page says of it, so that a visit does not begin with reading them whole. */
import { createStore, promisifyRequest } from 'idb-keyval';
import type { Session } from '../../worker/protocol.ts';
import type { KeptSession } from '../stores/sessions.ts';
import { isNumbers } from './pack.ts';

/** They count up when what is kept becomes another thing. */
const sessionPrefix = 'session 2/';
const summaryPrefix = 'session 2, in short/';

/** Sessions that are kept for the next visits. */
export const mostKept = 5;

/** Opened when it is first used: a browser may refuse. */
let opened: ReturnType<typeof createStore> | undefined;

function place(): ReturnType<typeof createStore> {
  opened ??= createStore('fs-merge-studio', 'sessions');
  return opened;
}

/** At once, and without another look at the page: it may be gone before the answer comes. */
export const writeSession = (id: string, session: Session): Promise<void> =>
  place()('readwrite', (store) => {
    store.put(session, sessionPrefix + id);
    store.put(summaryOf(id, session), summaryPrefix + id);
    store.transaction.commit();
    return promisifyRequest(store.transaction);
  });

export const readSession = (id: string): Promise<Session | undefined> =>
  place()('readonly', (store) => promisifyRequest(store.get(sessionPrefix + id)));

/** Of all that is kept, the newest first. */
export async function readSummaries(): Promise<KeptSession[]> {
  const all = await place()('readonly', (store) =>
    promisifyRequest<KeptSession[]>(store.getAll(IDBKeyRange.bound(summaryPrefix, `${summaryPrefix}\uffff`))),
  );
  return all.sort((a, b) => b.saved - a.saved);
}

export const deleteSessions = (ids: readonly string[]): Promise<void> =>
  place()('readwrite', (store) => {
    for (const id of ids) for (const prefix of [sessionPrefix, summaryPrefix]) store.delete(prefix + id);
    return promisifyRequest(store.transaction);
  });

export const deleteAllSessions = (): Promise<void> =>
  place()('readwrite', (store) => {
    store.clear();
    return promisifyRequest(store.transaction);
  });

export function summaryOf(id: string, session: Session): KeptSession {
  const { saved, runs, recipe } = session;
  const own = runs.filter(({ origin }) => origin === 'person');
  const names = (own.length > 0 ? own : recipe.sources).map(({ name }) => name);
  const started = runs.map((run) => run.started);
  return { id, saved, names, runs: runs.length, started, bytes: bytesOf(session) };
}

/** Of the curves as they are, and of the rest as text. */
function bytesOf(session: Session): number {
  let bytes = 0;
  const rest = JSON.stringify(session, (_, value) => {
    if (!isNumbers(value)) return value;
    bytes += value.byteLength;
    return undefined;
  });
  return bytes + rest.length;
}

/** Those that go when there are too many, of summaries from the newest to the oldest: runs are worth more than a recipe alone. */
export function superfluous(summaries: readonly KeptSession[]): string[] {
  const [newest] = summaries;
  const worth = summaries.filter((one) => one.runs > 0 || one === newest);
  const kept = new Set(worth.slice(0, mostKept));
  return summaries.filter((one) => !kept.has(one)).map(({ id }) => id);
}
