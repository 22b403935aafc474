/** The session of this visit as it is kept. */
import type { Recipe } from '../../engine/recipe.ts';
import type { SavedRun, Session, SessionFile } from '../../worker/protocol.ts';
import type { Draft } from '../recipe/draft.ts';
import { asChosen, defaultBaselines, defaultFsMerge, settingKey } from '../recipe/draft.ts';
import { filesOf } from '../recipe/files-of.ts';
import type { Refusals, SourceScores } from '../runs/compare.ts';
import type { Run } from '../runs/run.ts';
import { isOver } from '../runs/run.ts';
import { packCurve } from './curve.ts';

export interface Visit {
  draft: Draft;
  runs: readonly Run[];
  selected: string | null;
  sourceScores: SourceScores;
  refused: Refusals;
  /** What is known of a file, loaded or expected. */
  fileOf: (name: string) => SessionFile;
}

export function packSession({ draft, runs, selected, sourceScores, refused, fileOf }: Visit): Session {
  const measured = runs.filter((run) => run.origin !== 'file' && (isOver(run) || run.points.length > 0));
  const recipe = asChosen(draft);
  const names = [recipe, ...measured.map((run) => run.recipe)].flatMap((one) => filesOf(one).map(({ name }) => name));
  const shown = measured.findIndex(({ id }) => id === selected);
  return {
    fsMergeSession: 1,
    saved: Date.now(),
    recipe,
    sources: draft.sources.map(({ colour, imagesByHand }) => ({ colour, imagesByHand })),
    others: otherMethods(draft),
    files: [...new Set(names)].map(fileOf),
    runs: measured.map(packRun),
    selected: shown < 0 ? null : shown,
    settings: packSettings([recipe, ...measured.map((run) => run.recipe)], sourceScores, refused),
  };
}

/** Options that were chosen of methods that the recipe does not use. */
function otherMethods({ method, fsMerge, baselines }: Draft): Recipe['method'][] {
  const isChosen = (one: Recipe['method']) => {
    const usual = one.name === 'fs-merge' ? defaultFsMerge : defaultBaselines[one.name];
    return one.name !== method && JSON.stringify(one) !== JSON.stringify(usual);
  };
  return [fsMerge, ...Object.values(baselines)].filter(isChosen);
}

/** What is kept of a run. */
export function packRun(run: Run): SavedRun {
  const { name, started, recipe, colours, origin, state, steps, accuracy, validation, result, error, visible } = run;
  return {
    name,
    started,
    recipe,
    colours,
    origin: origin === 'comparison' ? origin : 'person',
    state: state === 'done' || state === 'failed' ? state : 'stopped',
    steps,
    curve: packCurve(run.points),
    accuracy,
    validation: validation.map(({ step, losses, perTask }) => ({
      step,
      losses: losses.map(finite),
      perTask: perTask.map(finite),
    })),
    result: result && { ...result, reconstruction: result.reconstruction.map(finite) },
    error,
    visible,
  };
}

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

/** `recipes`: that of the cards first, then those of the runs. */
function packSettings(recipes: readonly Recipe[], scores: SourceScores, refused: Refusals): Session['settings'] {
  const places = new Map<string, number | null>();
  for (const [index, recipe] of recipes.entries()) {
    const key = settingKey(recipe);
    if (!places.has(key)) places.set(key, index === 0 ? null : index - 1);
  }
  return [...places]
    .filter(([key]) => scores[key] || refused[key])
    .map(([key, run]) => ({
      run,
      sources: (scores[key] ?? []).map(
        (score) => score && { ...score, reconstruction: score.reconstruction.map(finite) },
      ),
      refused: refused[key] ?? {},
    }));
}

/** A session, or a run of one, as the text of a file. */
export const sessionText = (session: Session | SavedRun): string =>
  JSON.stringify(session, (_, value) => (isNumbers(value) ? base64(value) : value));

/** Whether a value of a session is a curve's numbers. */
export const isNumbers = (value: unknown): value is ArrayBufferView => ArrayBuffer.isView(value);

/** Letters that are made of bytes at once: more arguments than this a call does not take everywhere. */
const piece = 1 << 13;

function base64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let letters = '';
  for (let at = 0; at < bytes.length; at += piece) letters += String.fromCharCode(...bytes.subarray(at, at + piece));
  return btoa(letters);
}
