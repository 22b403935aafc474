/** Keeps the session of this visit in the browser, so that the next visit can go on with it. Where nothing is kept the page works on. */
import { delMany, get, setMany } from 'idb-keyval';
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

/** Time from a change to the next keeping, in milliseconds; a run that ends does not wait. */
const rest = 5000;
const soon = 200;

let timer: ReturnType<typeof setTimeout> | undefined;
let due = Number.POSITIVE_INFINITY;
/** Whether what is kept is of this visit. */
let own = false;

/** Keeps the session from now on: some seconds after a change, when a run ends, and when the page is left. */
export function keepSessions(): void {
  useRecipe.subscribe(({ draft }, before) => {
    if (draft !== before.draft) keepWithin(rest);
  });
  useRuns.subscribe(({ runs, sourceScores }, before) => {
    if (runs === before.runs && sourceScores === before.sourceScores) return;
    const over = (all: typeof runs) => all.filter(isOver).length;
    keepWithin(over(runs) === over(before.runs) ? rest : soon);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });
  window.addEventListener('pagehide', leave);
}

function keepWithin(delay: number): void {
  const at = performance.now() + delay;
  if (at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(() => void keep(), delay);
}

/** What changed and was not kept yet is now. */
function leave(): void {
  if (due < Number.POSITIVE_INFINITY) void keep();
}

async function keep(): Promise<void> {
  clearTimeout(timer);
  due = Number.POSITIVE_INFINITY;
  const session = sessionNow();
  const { kept } = useSessions.getState();
  if (session.recipe.sources.length === 0 && session.runs.length === 0) return;
  // Somebody who only looks around does not lose the runs of the last visit.
  if (!own && session.runs.length === 0 && (kept?.runs ?? 0) > 0) return;
  own = true;
  try {
    await setMany([
      [sessionKey, session],
      [summaryKey, inShort(session)],
    ]);
  } catch {
    // Storage is full or forbidden: this visit is not offered again.
  }
}

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
    await delMany([sessionKey, summaryKey]);
  } catch {
    // Where nothing can be kept there is nothing to forget.
  }
}

/** Undefined also where the browser keeps nothing, as in a private window. */
async function read<T>(key: string): Promise<T | undefined> {
  try {
    return await get<T>(key);
  } catch {
    return undefined;
  }
}
