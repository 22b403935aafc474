/** Saving and opening sessions and recipes, and sharing a recipe. */
import type { StudioErrorInfo } from '../../engine/errors.ts';
import type { DroppedFile, KeptRun, Session } from '../../worker/protocol.ts';
import { fromRecipe } from '../recipe/draft.ts';
import { trains } from '../runs/run.ts';
import { attempt, client } from '../session.ts';
import { linkNow } from '../sessions/address.ts';
import { forgetKept, lookForKept, takeKept } from '../sessions/keep.ts';
import { sessionNow } from '../sessions/now.ts';
import { sessionText } from '../sessions/pack.ts';
import { unpackSession } from '../sessions/unpack.ts';
import { useFiles } from '../stores/files.ts';
import { editDraft } from '../stores/recipe.ts';
import { isBusy, useRuns } from '../stores/runs.ts';
import { expectFiles, useSessions } from '../stores/sessions.ts';
import { clearNotices, notify, openCards, showTab } from '../stores/ui.ts';
import { copyText } from './clipboard.ts';
import { download } from './download.ts';
import { recipeEnding, safeName } from './export.ts';
import { tellFacts } from './facts.ts';
import { addBroken, resumeRun } from './resume.ts';
import { newRunId } from './runs.ts';

const tellPage: Parameters<typeof attempt>[0] = (info) => notify('page', info);

const ending = '.fsmerge.json';

export function saveSession(): void {
  const session = sessionNow();
  const run = session.runs[session.selected ?? -1]?.name;
  const name = safeName([...session.recipe.sources.map((source) => source.name), run ?? ''].join('-').slice(0, 80));
  download(`${name}${ending}`, new Blob([sessionText(session)], { type: 'application/json' }));
}

/** Opens the saved sessions and recipes among the files; answers the others. */
export async function openSavedAmong(files: readonly DroppedFile[]): Promise<DroppedFile[]> {
  const others: DroppedFile[] = [];
  for (const dropped of files) {
    const open = await openerOf(dropped);
    if (open) await open(dropped.file);
    else others.push(dropped);
  }
  return others;
}

/** Recipes and the beginnings of sessions are shorter, in bytes. */
const longestRecipe = 2 ** 18;

/** What a file is opened with, whatever it is called; null for files that are neither session nor recipe. */
async function openerOf({ path, file }: DroppedFile): Promise<((file: File) => Promise<void>) | null> {
  if (path.endsWith(ending)) return openFile;
  if (path.endsWith(recipeEnding)) return openRecipe;
  if (!path.endsWith('.json')) return null;
  const text = await file
    .slice(0, longestRecipe)
    .text()
    .catch(() => '');
  if (/^\s*\{\s*"fsMergeSession"/.test(text)) return openFile;
  return isRecipe(text) ? openRecipe : null;
}

function isRecipe(text: string): boolean {
  try {
    const { sources, method } = JSON.parse(text);
    return Array.isArray(sources) && typeof method?.name === 'string';
  } catch {
    return false;
  }
}

/** Puts a saved recipe into the cards, which name the files that it needs. */
async function openRecipe(file: File): Promise<void> {
  const recipe = await attempt(tellPage, () => client.readRecipe(file));
  if (!recipe) return;
  editDraft(() => fromRecipe(recipe));
  openCards({ sources: true, images: true, method: true, run: true });
}

async function openFile(file: File): Promise<void> {
  const session = await attempt(tellPage, () => client.readSession(file));
  if (session) await openSession(session);
}

/** Goes on with a session that the browser kept, and with the last of its runs that were broken off. */
export async function goOn(id: string, broken: readonly KeptRun[] = []): Promise<void> {
  clearNotices('page');
  const kept = await attempt(tellPage, () => takeKept(id));
  if (kept === undefined) notify('page', forgotten);
  const session = kept && (await attempt(tellPage, () => client.readSession(kept)));
  if (!session) return lookForKept();
  await openSession(session, broken);
  await goOnWithRuns(broken);
}

/** Goes on with the last of some runs that were broken off. */
export async function goOnWithRuns(broken: readonly KeptRun[]): Promise<void> {
  const ids = new Set(broken.map(({ id }) => id));
  useSessions.setState(({ brokenRuns }) => ({ brokenRuns: brokenRuns.filter(({ id }) => !ids.has(id)) }));
  await addBroken(broken);
  const [last] = broken;
  if (last) await resumeRun(last.id);
}

const forgotten: StudioErrorInfo = {
  kind: 'file',
  message: 'This session is no longer kept in this browser.',
  advice:
    'It was forgotten in another tab, or the browser cleared its storage: open a saved file of it, or begin anew.',
};

export async function forgetSession(id: string, broken: readonly KeptRun[]): Promise<void> {
  await attempt(tellPage, () => forgetKept(id));
  await forgetRuns(broken);
}

export async function forgetRuns(broken: readonly KeptRun[]): Promise<void> {
  const ids = broken.map(({ id }) => id);
  useSessions.setState(({ brokenRuns }) => ({ brokenRuns: brokenRuns.filter(({ id }) => !ids.includes(id)) }));
  for (const id of ids) await attempt(tellPage, () => client.forgetKept(id));
}

/** Brings back recipe, runs and scores beside what is there; the cards name the files that are needed. */
async function openSession(session: Session, broken: readonly KeptRun[] = []): Promise<void> {
  const { sources, images, superNets, texts, fingerprints } = useFiles.getState();
  const names = [sources, images, superNets, texts].flatMap((files) => Object.keys(files));
  const loaded = new Map(names.map((name) => [name, fingerprints[name]]));
  const { runs } = useRuns.getState();
  const back = unpackSession(session, {
    runs,
    loaded,
    idFor: ({ started }) => broken.find((one) => one.started === started)?.id ?? newRunId(),
  });
  const awaited = back.files.filter(({ name }) => !loaded.has(name));
  expectFiles(awaited);
  await client.expect(
    awaited.flatMap(({ name, fingerprint }) => (fingerprint === null ? [] : [{ name, fingerprint }])),
  );
  editDraft(() => back.draft);
  const busy = isBusy(useRuns.getState());
  useRuns.setState((state) => ({
    runs: [...state.runs, ...back.runs],
    selected: busy ? state.selected : (back.selected ?? state.selected),
    sourceScores: { ...back.sourceScores, ...state.sourceScores },
    refused: { ...back.refused, ...state.refused },
  }));
  openCards({ sources: true, images: true, method: true, run: true });
  showTab(back.runs.length === 0 || back.runs.some(trains) ? 'training' : 'compare');
  await tellFacts(back.draft.sources.map(({ file }) => file).filter((file) => file in sources));
}

/** Puts the link to the recipe into the clipboard. Answers the link, and whether the browser let it be copied. */
export async function copyLink(): Promise<{ link: string; copied: boolean }> {
  const link = linkNow();
  return { link, copied: await copyText(link) };
}
