/** Keeps the session of this visit in the browser, so that the next visit can go on with it. Where nothing is kept the page works on. */
import { createStore, delMany, get, promisifyRequest } from 'idb-keyval';
import type { Session } from '../../worker/protocol.ts';
import { isOver } from '../runs/run.ts';
import { useRecipe } from '../stores/recipe.ts';
import { useRuns } from '../stores/runs.ts';
import type { KeptSession } from '../stores/sessions.ts';
import { useSessions } from '../stores/sessions.ts';
import { sessionNow } from './now.ts';

/** Counts up when what is kept becomes another thing. */
const sessionKey = 'last session 1';
/** What the first page says about it, so that a visit does not begin with reading the whole. */
const summaryKey = 'last session 1, in short';

/** Shortest time between two keepings, in milliseconds; the end of a run does not wait for it. */
const rest = 5000;
/** Time from a change to its keeping, in milliseconds. */
const soon = 500;

/** Opened when it is first used: a browser may refuse. */
let opened: ReturnType<typeof createStore> | undefined;

function place(): ReturnType<typeof createStore> {
  opened ??= createStore('fs-merge-studio', 'sessions');
  return opened;
}

let timer: ReturnType<typeof setTimeout> | undefined;
let due = Number.POSITIVE_INFINITY;
let last = Number.NEGATIVE_INFINITY;
/** Whether what is kept is of this visit. */
let own = false;

/** Keeps the session from now on: after a change, when a run ends, and when the page is left. */
export function keepSessions(): void {
  useRecipe.subscribe(({ draft }, before) => {
    if (draft !== before.draft) keepBy(afterRest());
  });
  useRuns.subscribe(({ runs, sourceScores }, before) => {
    if (runs === before.runs && sourceScores === before.sourceScores) return;
    const over = (all: typeof runs) => all.filter(isOver).length;
    keepBy(over(runs) === over(before.runs) ? afterRest() : performance.now() + soon);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });
  window.addEventListener('pagehide', leave);
}

const afterRest = (): number => Math.max(performance.now() + soon, last + rest);

function keepBy(moment: number): void {
  if (moment >= due) return;
  clearTimeout(timer);
  due = moment;
  timer = setTimeout(() => void keep(), moment - performance.now());
}

/** What changed and was not kept yet is now. */
function leave(): void {
  if (due < Number.POSITIVE_INFINITY) void keep();
}

async function keep(): Promise<void> {
  clearTimeout(timer);
  due = Number.POSITIVE_INFINITY;
  last = performance.now();
  const session = sessionNow();
  const { kept } = useSessions.getState();
  if (session.recipe.sources.length === 0 && session.runs.length === 0) return;
  // Somebody who only looks around does not lose the runs of the last visit.
  if (!own && session.runs.length === 0 && (kept?.runs ?? 0) > 0) return;
  own = true;
  try {
    await write(session);
  } catch {
    // Storage is full or forbidden: this visit is not offered again.
  }
}

/** At once, and without another look at the page: it may be gone before the answer comes. */
const write = (session: Session): Promise<void> =>
  place()('readwrite', (store) => {
    store.put(session, sessionKey);
    store.put(inShort(session), summaryKey);
    store.transaction.commit();
    return promisifyRequest(store.transaction);
  });

function inShort({ saved, runs, recipe }: Session): KeptSession {
  const own = runs.filter(({ origin }) => origin === 'person');
  return { saved, names: (own.length > 0 ? own : recipe.sources).map(({ name }) => name), runs: runs.length };
}

/** Looks for what an earlier visit left, for the first page to offer. */
export async function lookForKept(): Promise<void> {
  const kept = await read<KeptSession>(summaryKey);
  if (kept) useSessions.setState({ kept });
}

/** Undefined when it is gone by now. */
export async function readKept(): Promise<Session | undefined> {
  const session = await read<Session>(sessionKey);
  own = session !== undefined;
  return session;
}

export async function forgetKept(): Promise<void> {
  useSessions.setState({ kept: null });
  try {
    await delMany([sessionKey, summaryKey], place());
  } catch {
    // Where nothing can be kept there is nothing to forget.
  }
}

/** Undefined also where the browser keeps nothing, as in a private window. */
async function read<T>(key: string): Promise<T | undefined> {
  try {
    return await get<T>(key, place());
  } catch {
    return undefined;
  }
}
