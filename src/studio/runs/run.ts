/** One run as the page knows it, and how the worker's events change it. */
import type { StudioErrorInfo } from '../../engine/errors.ts';
import type { Recipe } from '../../engine/recipe.ts';
import type { RunEvent, RunResult, RunState, Score, TrainingPoint } from '../../worker/protocol.ts';
import { resumedText } from '../text/keeping.ts';

export interface Measurement {
  /** Training steps behind it. */
  step: number;
  score: Score;
}

export interface Run {
  id: string;
  name: string;
  recipe: Recipe;
  /** Colour of each source, as it was when the run started. */
  colours: number[];
  /** Started by a person, or by the button that compares; or no run at all, but a saved SuperNet to look at. */
  origin: 'person' | 'comparison' | 'file';
  /** In milliseconds since 1970. */
  started: number;
  /** Whether it came with a saved session: what it measured is here, its M and U and its merged network are not. */
  restored: boolean;
  /** Whether the worker that had its M and U and its merged network has ended: what it measured is here. */
  bereft: boolean;
  state: RunState;
  /** What a preparing run is doing. */
  note: string;
  /** Steps of the whole run; 0 until it trains. */
  steps: number;
  points: TrainingPoint[];
  stepsPerSecond: number;
  secondsLeft: number;
  /** Accuracy on the way; the last is of the finished model. */
  accuracy: Measurement[];
  /** Losses on the validation images, where there are any, and their sum on the images of each task. */
  validation: { step: number; losses: number[]; perTask: number[] }[];
  result: RunResult | null;
  error: StudioErrorInfo | null;
  /** The step that it could go on from if its tab were closed now, and the share of its time that keeping took; null: none yet. */
  kept: { step: number; share: number } | null;
  /** Why it could not go on, in words that follow "because"; null: it could. */
  unkept: string | null;
  /** Where a run that is broken off can go on; null: it is not, or cannot. */
  broken: { step: number; steps: number } | null;
  /** What came in between, in sentences. */
  notes: readonly string[];
  /** Whether the charts show it. */
  visible: boolean;
}

/** Whether what it measured is all that is here of it. */
export const isBare = ({ restored, bereft }: Run): boolean => restored || bereft;

export type NewRun = Pick<Run, 'id' | 'name' | 'recipe' | 'colours' | 'origin'>;

export const newRun = (start: NewRun): Run => ({
  ...start,
  started: Date.now(),
  restored: false,
  bereft: false,
  state: 'preparing',
  note: 'Preparing',
  steps: 0,
  points: [],
  stepsPerSecond: 0,
  secondsLeft: Number.POSITIVE_INFINITY,
  accuracy: [],
  validation: [],
  result: null,
  error: null,
  kept: null,
  unkept: null,
  broken: null,
  notes: [],
  visible: true,
});

/** The run after an event of its own. */
export function afterEvent(run: Run, event: RunEvent): Run {
  switch (event.type) {
    case 'state':
      return afterState(run, event);
    case 'preparing':
      return { ...run, note: event.note };
    case 'training': {
      const { steps, stepsPerSecond, secondsLeft } = event;
      return { ...run, steps, stepsPerSecond, secondsLeft, points: [...run.points, ...event.points] };
    }
    case 'accuracy':
      return { ...run, accuracy: [...run.accuracy, { step: event.step, score: event.score }] };
    case 'validation': {
      const { step, losses, perTask } = event;
      return { ...run, validation: [...run.validation, { step, losses, perTask }] };
    }
    case 'resumed':
      return goneOn(run, event);
    case 'kept':
      return { ...run, kept: { step: event.step, share: event.share } };
    case 'unkept':
      return { ...run, unkept: event.reason };
    case 'result': {
      const { result } = event;
      return { ...run, result, accuracy: [...run.accuracy, { step: result.steps, score: result.score }] };
    }
    default:
      throw event satisfies never;
  }
}

function afterState(run: Run, { state, error = run.error ?? undefined, canGoOn }: EventOf<'state'>): Run {
  const broken = canGoOn && run.kept ? { step: run.kept.step, steps: run.steps } : null;
  return { ...run, state, error: error ?? null, broken };
}

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** What comes again is taken away. */
function goneOn(run: Run, { points, measured, cause, backend }: EventOf<'resumed'>): Run {
  const before = stepsDone(run);
  return {
    ...run,
    points: run.points.filter(({ step }) => step < points),
    accuracy: run.accuracy.filter(({ step }) => step < measured),
    validation: run.validation.filter(({ step }) => step < measured),
    notes:
      cause === 'diverged'
        ? run.notes
        : [...new Set([...run.notes, resumedText(cause, { before, step: measured, backend })])],
  };
}

export const isOver = ({ state }: Run): boolean => state === 'done' || state === 'stopped' || state === 'failed';
export const isActive = (run: Run): boolean => !isOver(run);
/** Whether the run trains, or did. */
export const trains = ({ recipe }: Run): boolean => 'epochs' in recipe.method;
/** Whether its M and U can be looked at. */
export const hasMatrices = (run: Run): boolean =>
  !isBare(run) &&
  run.recipe.method.name === 'fs-merge' &&
  run.state !== 'failed' &&
  (run.points.length > 0 || isOver(run));

/** Training steps taken. */
export const stepsDone = ({ points }: Run): number => (points.at(-1)?.step ?? -1) + 1;

/** Losses of the last step, or none. */
export const latestLosses = ({ points }: Run): number[] => points.at(-1)?.losses ?? [];

export const latestScore = ({ accuracy }: Run): Score | null => accuracy.at(-1)?.score ?? null;
