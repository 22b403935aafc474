/**
 * What a browser without a person can be asked for, by the command line. Values cross as JSON; files come in through the page's inputs and
 * leave as its downloads.
 */
import type { StudioErrorInfo } from '../engine/errors.ts';
import type { Recipe } from '../engine/recipe.ts';
import type {
  BackendChoice,
  BackendStatus,
  ExportOptions,
  ExportReport,
  RunResult,
  RunState,
} from '../worker/protocol.ts';

/** Where the page has its `HeadlessApi`, and where it tells `Progress` when the command line put a function there. */
export interface HeadlessWindow {
  fsMerge?: HeadlessApi;
  fsMergeProgress?: (progress: Progress) => void;
}

export interface HeadlessApi {
  start(backend: BackendChoice): Promise<Answer<BackendStatus>>;
  /** Reads the files of the input `#files`; `paths` are what they are called, in their order. */
  load(paths: readonly string[]): Promise<Answer<null>>;
  /** Checks and completes a recipe. An error says what keeps it from running. */
  check(recipe: unknown): Promise<Answer<Recipe>>;
  /** Resolves when the run is over or paused. `snapshot`: goes on from the file of the input `#snapshot`. */
  run(recipe: Recipe, snapshot: boolean): Promise<Answer<RunEnd>>;
  pause(): Promise<Answer<null>>;
  /** Downloads what the paused run goes on from; false where there is nothing yet. */
  snapshot(): Promise<Answer<boolean>>;
  /** Writes the merged network in files, and downloads them one by one, as `RunEnd` of the last run. */
  exportModel(options: Omit<ExportOptions, 'scheme'> & { scheme: string | null }): Promise<Answer<Exported>>;
  /** Downloads M, U and LayerNorms of a run of FS-Merge. */
  superNet(): Promise<Answer<null>>;
  /** Measures each source alone and downloads a report as one HTML file. */
  report(): Promise<Answer<null>>;
}

export type Answer<T> = { value: T } | { error: StudioErrorInfo };

export interface Progress {
  state: RunState;
  /** What a preparing run is doing. */
  note: string;
  step: number;
  /** Of the whole run; 0 until it trains. */
  steps: number;
  losses: number[];
  /** Joint accuracy, from 0 to 1, when it was last measured. */
  joint: number | null;
  secondsLeft: number | null;
}

export interface RunEnd {
  state: RunState;
  /** Names of the tasks. */
  tasks: string[];
  result: RunResult | null;
  error: StudioErrorInfo | null;
}

export interface Exported {
  files: { name: string; bytes: number }[];
  readBack: ExportReport['readBack'];
}
