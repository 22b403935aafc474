/**
 * Keeps the sessions of the last visits in the browser, so that a next visit can go on with one. Each visit has its own, so that tabs do
 * not write over one another. Where nothing is kept the page works on, and says so.
 */
import type { Session } from '../../worker/protocol.ts';
import { isOver } from '../runs/run.ts';
import { client } from '../session.ts';
import { useRecipe } from '../stores/recipe.ts';
import { useRuns } from '../stores/runs.ts';
import { useSessions } from '../stores/sessions.ts';
import { claim, claimedElsewhere } from './claim.ts';
import { sessionNow } from './now.ts';
import { deleteSessions, readSession, readSummaries, superfluous, writeSession } from './shelf.ts';

/** Shortest time between two keepings, in milliseconds; the end of a run does not wait for it. */
const rest = 5000;
/** Time from a change to its keeping, in milliseconds. */
const soon = 500;

let timer: ReturnType<typeof setTimeout> | undefined;
let due = Number.POSITIVE_INFINITY;
let last = Number.NEGATIVE_INFINITY;
/** Under which this visit is kept. */
let own = newId();
let claimed = false;

/** Also where a page has no secure context, and so no `crypto.randomUUID`. */
function newId(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}

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
  if (session.recipe.sources.length === 0 && session.runs.length === 0) return;
  if (!claimed) void claim(own);
  claimed = true;
  try {
    await writeSession(own, session);
    useSessions.setState({ unkept: null });
    await clearAway();
  } catch (error) {
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    useSessions.setState({ unkept: full ? 'full' : 'refused' });
  }
}

/** Lets go of the oldest sessions of more than are kept; never of one that a tab still writes. */
async function clearAway(): Promise<void> {
  const open = await claimedElsewhere();
  const summaries = (await readSummaries()).filter(({ id }) => id !== own && !open.has(id));
  const gone = superfluous(summaries);
  if (gone.length > 0) await deleteSessions(gone);
}

/** Looks for what earlier visits left, for the first page to offer: not what another tab has open. */
export async function lookForKept(): Promise<void> {
  try {
    const open = await claimedElsewhere();
    useSessions.setState({ kept: (await readSummaries()).filter(({ id }) => !open.has(id)) });
  } catch {
    // As in a private window of some browsers: there is nothing to offer.
  }
  useSessions.setState({ brokenRuns: await client.keptRuns().catch(() => []) });
}

/** The session, which is this visit's own from now on unless another tab has it open. Undefined when it is gone by now. */
export async function takeKept(id: string): Promise<Session | undefined> {
  const session = await readSession(id);
  if (session && (await claim(id))) {
    own = id;
    claimed = true;
  }
  return session;
}

/** Forgets a session, unless another tab has opened it by now. */
export async function forgetKept(id: string): Promise<void> {
  useSessions.setState(({ kept }) => ({ kept: kept.filter((one) => one.id !== id) }));
  const open = await claimedElsewhere();
  if (!open.has(id)) await deleteSessions([id]);
}
