/**
 * Everything that crosses between the page and the worker, as types. Bytes are transferred, never copied.
 * The worker exports a plain object of this shape; the page calls it through comlink.
 */

import type { ExportContainer } from '../engine/architectures/export.ts';
import type { Architecture } from '../engine/architectures/model.ts';
import type { BackendChoice, BackendStatus } from '../engine/backends/backends.ts';
import type { StudioErrorInfo } from '../engine/errors.ts';
import type { CloserLook } from '../engine/evaluation/closer-look.ts';
import type { Score } from '../engine/evaluation/evaluate.ts';
import type { ExportFloat } from '../engine/formats/write/output.ts';
import type { MergeCost, TrainingPoint } from '../engine/merging/method.ts';
import type { AugmentationOptions, FactOverrides, MethodName, Recipe } from '../engine/recipe.ts';
import type { Demonstration } from '../engine/theory/demonstrate.ts';
import type { Misreadings, ModelChoice, SourceScore } from './protocol-compare.ts';
import type {
  DroppedFile,
  ExpectedFile,
  ImagesInfo,
  LoadResult,
  SourceInfo,
  SuperNetInfo,
  TextsInfo,
  Thumbnails,
} from './protocol-files.ts';
import type { KeptRun, RunStart, SnapshotStart, StorageUse } from './protocol-keeping.ts';
import type { MatrixInfo, MatrixValues } from './protocol-matrices.ts';
import type { NamedTraining, ScratchRecipe, TrainedSource, TrainingCheck, TrainingEvent } from './protocol-training.ts';
import type { SavedRun, Session } from './session-schema.ts';

export type { ExportContainer } from '../engine/architectures/export.ts';
export type { Fact, FactOrigin, Resize } from '../engine/architectures/facts.ts';
export type { BackendChoice, BackendName, BackendStatus } from '../engine/backends/backends.ts';
export type { CloserLook } from '../engine/evaluation/closer-look.ts';
export type { Score } from '../engine/evaluation/evaluate.ts';
export type { ExportFloat } from '../engine/formats/write/output.ts';
export type { MergeCost, TrainingPoint } from '../engine/merging/method.ts';
export type { Demonstration, FoldCheck } from '../engine/theory/demonstrate.ts';
export type { ConfusedPair, Misreadings, MisreadTask, ModelChoice, SourceScore } from './protocol-compare.ts';
export type { KeptRun, RunStart, SnapshotStart, StorageUse } from './protocol-keeping.ts';
export type { SavedRun, Session, SessionFile } from './session-schema.ts';
export type {
  DroppedFile,
  ExpectedFile,
  ImagesInfo,
  LoadResult,
  MatrixInfo,
  MatrixValues,
  SourceInfo,
  SuperNetInfo,
  TextsInfo,
  Thumbnails,
};

// ---- before a run ----

export interface RecipeCheck {
  /** What keeps the recipe from running; empty when it can. */
  problems: StudioErrorInfo[];
  /** Null while there are problems. */
  cost: MergeCost | null;
}

// ---- runs ----

export type RunState = 'preparing' | 'running' | 'paused' | 'stopped' | 'done' | 'failed';

export interface RunResult {
  method: MethodName;
  score: Score;
  /**
   * How far the guess of each source's last features is from them, relative to their size, on at most 300 held-out images of its
   * task; null where there is no guess. Empty for an ensemble.
   */
  reconstruction: (number | null)[];
  /** Seconds of work, without pauses and without evaluation. */
  seconds: number;
  /** Learnable numbers; 0 for a method that trains nothing. */
  learnable: number;
  steps: number;
  /** The merged network, with the classes of all tasks; null for the ensemble, which is not one network. */
  merged: Architecture | null;
}

/** Every event carries the run it belongs to. At most about 20 a second reach the page. */
export type RunEvent =
  /** `canGoOn`: what was kept of a run that failed is still there. */
  | { type: 'state'; run: string; state: RunState; error?: StudioErrorInfo; canGoOn?: boolean }
  | { type: 'preparing'; run: string; note: string }
  | {
      type: 'training';
      run: string;
      steps: number;
      points: TrainingPoint[];
      stepsPerSecond: number;
      secondsLeft: number;
    }
  | { type: 'accuracy'; run: string; step: number; score: Score }
  /** Losses on the validation images, as many as a training point has, and their sum on the images of each task so far. */
  | { type: 'validation'; run: string; step: number; losses: number[]; perTask: number[] }
  /**
   * The run goes on from an earlier state: training points from step `points` on come again, and so do measurements after `measured`
   * or more steps.
   */
  | { type: 'resumed'; run: string; points: number; measured: number; cause: ResumeCause; backend: string }
  /** The run could go on from this step; keeping it took this share of its time so far. */
  | { type: 'kept'; run: string; step: number; share: number }
  /** Why the run could not go on once its tab is closed, in words that follow "because". */
  | { type: 'unkept'; run: string; reason: string }
  /** The run is over (done or stopped by hand) and left a model. */
  | { type: 'result'; run: string; result: RunResult };

/** The GPU was lost; the tab or its worker ended; the loss went wrong and the run ends with what it had learned before. */
export type ResumeCause = 'gpu' | 'restart' | 'diverged';

export type StudioEvent =
  | RunEvent
  | TrainingEvent
  | { type: 'backend'; status: BackendStatus; error?: StudioErrorInfo }
  /** How far reading is, in words: "Reading vit.safetensors", "Decoding image 300 of 5,000". */
  | { type: 'loading'; note: string };

// ---- export ----

export interface ExportOptions {
  /** File name without ending. */
  name: string;
  /** Naming scheme, one of `ExportChoices`. */
  scheme: string;
  container: ExportContainer;
  floatType: ExportFloat;
  /** Bytes of tensors in one file above which safetensors are sharded; null: never. */
  shardBytes: number | null;
}

/** What can be chosen for a run's model. `problem` says why something cannot; null: it can. */
export interface ExportChoices {
  /** The first source's scheme comes first. */
  schemes: { name: string; problem: string | null }[];
  containers: { name: ExportContainer; problem: string | null }[];
  /** Numbers of the network. */
  parameters: number;
}

/** Where files go: into a folder that a person chose, or, with null, back to the page as blobs. */
export type ExportPlace = FileSystemDirectoryHandle | null;

export interface SavedFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface WrittenFile {
  name: string;
  bytes: number;
  /** Null when it was written into a folder. */
  blob: Blob | null;
}

export interface ExportReport {
  /** The model's files first, then config.json and others beside it. */
  files: WrittenFile[];
  /** Naming scheme of the files; null where the container has no names of its own. */
  scheme: string | null;
  /**
   * Of the files read back: accuracy, and the largest differences of a weight and of a logit from the merged model's; null for
   * containers that the studio does not read, of which every byte was compared.
   */
  readBack: { score: Score; largestWeightDifference: number; largestLogitDifference: number } | null;
}

// ---- the api ----

export interface StudioApi {
  /** Chooses a backend and from then on sends events. Call once. */
  start(onEvent: (event: StudioEvent) => void, choice: BackendChoice): Promise<BackendStatus>;
  /** Takes this lock for as long as the worker lives: whoever gets it afterwards knows that it is gone. */
  live(lock: string): Promise<void>;
  setBackend(choice: BackendChoice): Promise<BackendStatus>;

  /** Reads files of any kind, together; takes what it understands. Events of type `loading` tell how far it is. */
  load(files: DroppedFile[]): Promise<LoadResult>;
  /** The labels of images that a source's classes are called by name, class by class; null where none is. */
  labelsByName(source: string, images: string): Promise<(number | null)[]>;
  /** Facts that a person knows better than the files, in place of those set before. */
  setFacts(source: string, facts: FactOverrides): Promise<SourceInfo>;
  /** Forgets a source or images; the last few can be put back. */
  remove(id: string): Promise<void>;
  /** Puts back what was removed and is not forgotten yet. */
  restore(ids: readonly string[]): Promise<LoadResult>;
  /** A file with one of these fingerprints is loaded under its name from now on, and no other file is. */
  expect(files: readonly ExpectedFile[]): Promise<void>;
  /** Checks a recipe that comes from elsewhere, a saved file or a value, which may be unfinished, and fills in the defaults. */
  readRecipe(value: unknown): Promise<Recipe>;
  /** Reads a session: a saved file, or one that the browser kept. */
  readSession(saved: File | Session): Promise<Session>;
  /** The first `count` training images with one of `labels` (all labels when empty), a mix of them. */
  thumbnails(images: string, labels: number[], count: number): Promise<Thumbnails>;

  /** Training images as augmentation changes them, drawn with the seed. */
  augmented(
    images: string,
    labels: number[],
    count: number,
    options: AugmentationOptions,
    seed: number,
  ): Promise<Thumbnails>;

  /** What each recipe takes, or what keeps it from running. */
  checkTraining(recipes: ScratchRecipe[]): Promise<TrainingCheck>;
  /** Trains networks, in turn; events of type `sources` tell how far. Answers their checkpoints; null when it was cancelled. */
  trainSources(trainings: NamedTraining[]): Promise<TrainedSource[] | null>;
  /** Ends that training early; what is learned is kept. */
  stopTraining(): Promise<void>;
  cancelTraining(): Promise<void>;

  check(recipe: Recipe): Promise<RecipeCheck>;
  /** Takes a few steps on one batch. Seconds of a training step; null when nothing is trained, or a run came between. */
  measureStep(recipe: Recipe): Promise<number | null>;
  /** Layers that `demonstrate` can be asked for, by their canonical names. */
  layers(recipe: Recipe): Promise<string[]>;
  /** The paper's mechanisms on the sources of the recipe, at one layer. */
  demonstrate(recipe: Recipe, layer: string): Promise<Demonstration>;
  /** Scores source `index` of the recipe alone: its body with every task's head. */
  evaluateSource(recipe: Recipe, index: number): Promise<SourceScore>;

  /**
   * Starts a run and returns at once; everything else comes as events. One run trains at a time. With `RunStart` it is kept; with a
   * snapshot it goes on from there.
   */
  run(run: string, recipe: Recipe, start?: RunStart | SnapshotStart): Promise<void>;
  /** A paused run as a file, with what was measured, a `SavedRun` as text. Null before it trains, and of a method that does not. */
  snapshot(run: string, measured: string): Promise<Blob | null>;
  /** What was measured of the run in a snapshot. */
  readSnapshot(file: File): Promise<SavedRun>;
  pause(run: string): Promise<void>;
  /** One training step, then pauses again. */
  step(run: string): Promise<void>;
  resume(run: string): Promise<void>;
  /** Ends a run early; what it has learned is folded and kept. */
  stop(run: string): Promise<void>;
  /** Forgets a run and its model. */
  discard(run: string): Promise<void>;

  /** Runs that trained in tabs that are closed, the latest first. */
  keptRuns(): Promise<KeptRun[]>;
  /** The copies of a kept run's files, as they were dropped, drop by drop; null unless all are there. */
  keptFiles(run: string): Promise<DroppedFile[][] | null>;
  /** Gives a kept run up. */
  forgetKept(run: string): Promise<void>;
  /** What runs that are kept take up in this browser. */
  storage(): Promise<StorageUse>;
  /** Removes all that is kept, but the runs that living tabs train. */
  clearStorage(): Promise<void>;

  /** Confusion, calibration, similarity to the sources, and accuracy under distribution shift. */
  closerLook(model: ModelChoice): Promise<CloserLook>;
  /** What a model mistakes for what, with at most `count` misread images of each task. */
  misread(model: ModelChoice, count: number): Promise<Misreadings>;
  /** Training steps after which M and U of a run are still known, the start first; none of a saved SuperNet. */
  snapshots(run: string): Promise<number[]>;
  /** M and U of a run, or of a saved SuperNet by its id: as they are now, or after a step that `snapshots` names. */
  matrices(run: string, step?: number): Promise<MatrixInfo[]>;
  matrix(run: string, name: string, step?: number): Promise<MatrixValues>;
  /** M, U and LayerNorms of a run as a file that can be loaded, looked at, folded and trained further. */
  exportSuperNet(run: string, name: string): Promise<SavedFile>;
  exportChoices(run: string): Promise<ExportChoices>;
  exportModel(run: string, options: ExportOptions, place: ExportPlace): Promise<ExportReport>;
}
