/**
 * Everything that crosses between the page and the worker, as types. Bytes are transferred, never copied.
 * The worker exports a plain object of this shape; the page calls it through comlink.
 */

import type { ExportContainer } from '../engine/architectures/export.ts';
import type { Fact, Resize } from '../engine/architectures/facts.ts';
import type { Architecture, Output } from '../engine/architectures/model.ts';
import type { BackendChoice, BackendStatus } from '../engine/backends/backends.ts';
import type { StudioErrorInfo } from '../engine/errors.ts';
import type { CloserLook } from '../engine/evaluation/closer-look.ts';
import type { Score } from '../engine/evaluation/evaluate.ts';
import type { ExportFloat } from '../engine/formats/write/output.ts';
import type { MergeCost, TrainingPoint } from '../engine/merging/method.ts';
import type {
  Activation,
  AugmentationOptions,
  FactOverrides,
  MatrixKind,
  MethodName,
  Order,
  Recipe,
} from '../engine/recipe.ts';
import type { Demonstration } from '../engine/theory/demonstrate.ts';

export type { ExportContainer } from '../engine/architectures/export.ts';
export type { Fact, FactOrigin, Resize } from '../engine/architectures/facts.ts';
export type { BackendChoice, BackendName, BackendStatus } from '../engine/backends/backends.ts';
export type { CloserLook } from '../engine/evaluation/closer-look.ts';
export type { Score } from '../engine/evaluation/evaluate.ts';
export type { ExportFloat } from '../engine/formats/write/output.ts';
export type { MergeCost, TrainingPoint } from '../engine/merging/method.ts';
export type { Demonstration, FoldCheck } from '../engine/theory/demonstrate.ts';

// ---- sources and images ----

/** A file as it was dropped: its path below the dropped folder, or its name. */
export interface DroppedFile {
  path: string;
  file: File;
}

export interface SourceInfo {
  id: string;
  file: string;
  bytes: number;
  architecture: 'vit' | 'mlp';
  /** "safetensors", "PyTorch zip", "npz". */
  container: string;
  /** Naming scheme: "timm", "nn.Sequential". */
  scheme: string;
  /** "F32", or several joined: "F16 + F32". */
  elementType: string;
  parameters: number;
  /** Classes of the head, or numbers of its embedding. */
  classes: number;
  /** "embedding": a projection or bare features; its classes come from texts or from the labels of its images. */
  output: Output;
  /** Width of the last features. */
  width: number;
  /** Transformer blocks, or hidden layers of an MLP. */
  depth: number;
  /** Hidden width of the transformer MLP, or the width of each hidden layer. */
  hidden: number[];
  /** Shape of one image that it takes: [height, width, channels] for a ViT, [inputs] for an MLP. */
  input: number[];
  patch: number | null;
  heads: Fact<number> | null;
  epsilon: Fact<number> | null;
  activation: Fact<Activation>;
  /** The network takes `(x - mean) / std` of pixels from 0 to 1, one number for each channel. */
  mean: Fact<number[]>;
  std: Fact<number[]>;
  /** Names of the classes, in the order of the head. */
  labels: Fact<string[]> | null;
  resize: Fact<Resize> | null;
  /** What stands before the scheme's names in the file: "module.". */
  prefix: string;
  /** Other files that belong to it: shards, weights beside a topology. */
  parts: readonly string[];
  /** Tensors in the file that the model does not use. */
  ignored: string[];
  /** What was taken for granted, in sentences. */
  assumed: string[];
}

export interface ImagesInfo {
  id: string;
  file: string;
  bytes: number;
  /** [height, width, channels]. */
  shape: [number, number, number];
  train: number;
  test: number;
  /** How `train` and `test` came about: "x_train and x_test of the file" or "one in five held out". */
  split: string;
  /** Labels that occur, ascending, with their name where they have one and how many train and test images each has. */
  labels: { label: number; name: string | null; train: number; test: number }[];
  /** What was done to the images on the way in, in sentences. */
  notes: readonly string[];
}

/** A matrix in a file of its own, such as text embeddings: `[rows, columns]`. */
export interface TextsInfo {
  id: string;
  file: string;
  bytes: number;
  rows: number;
  columns: number;
}

/** A saved SuperNet. */
export interface SuperNetInfo {
  id: string;
  file: string;
  bytes: number;
  kind: MatrixKind;
  rank: number;
  order: Order;
  /** The run that it is of; names the sources that it needs to be folded or trained further. */
  recipe: Recipe;
}

export interface LoadResult {
  sources: SourceInfo[];
  images: ImagesInfo[];
  superNets: SuperNetInfo[];
  texts: TextsInfo[];
  /** Sources, loaded before, that a file beside the weights told something about. */
  changed: SourceInfo[];
  /** One for each file that could not be understood; the others are loaded all the same. */
  errors: StudioErrorInfo[];
}

export interface Thumbnails {
  /** RGBA, images one after the other, each `height * width * 4` bytes. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
  labels: number[];
}

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
  | { type: 'state'; run: string; state: RunState; error?: StudioErrorInfo }
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
  /** Losses on the validation images, as many as a training point has. */
  | { type: 'validation'; run: string; step: number; losses: number[] }
  /** The run is over (done or stopped by hand) and left a model. */
  | { type: 'result'; run: string; result: RunResult };

export type StudioEvent =
  | RunEvent
  | { type: 'backend'; status: BackendStatus; error?: StudioErrorInfo }
  /** How far reading is, in words: "Reading vit.safetensors", "Decoding image 300 of 5,000". */
  | { type: 'loading'; note: string };

// ---- matrices ----

export interface MatrixInfo {
  /** "blocks.0.attention.M_query". */
  name: string;
  /** Where it sits, in words: "block 1 · attention · M query". */
  label: string;
  /** The layer it belongs to, for grouping: "block 1". */
  group: string;
  role: 'M' | 'U';
  rows: number;
  columns: number;
  /** Which part of the whole belongs to each block: share of the squared entries, summing to 1. */
  shares: number[];
  /** The source of each block; null: the merge so far of a sequential merge. */
  owners: (number | null)[];
}

export interface MatrixValues extends MatrixInfo {
  /** Row-major, `rows * columns`. */
  values: Float32Array<ArrayBuffer>;
  /** First row (M) or column (U) of each block, and the end. */
  bounds: number[];
  step: number;
}

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
  setBackend(choice: BackendChoice): Promise<BackendStatus>;

  /** Reads files of any kind, together; takes what it understands. Events of type `loading` tell how far it is. */
  load(files: DroppedFile[]): Promise<LoadResult>;
  /** The labels of images that a source's classes are called by name, class by class; null where none is. */
  labelsByName(source: string, images: string): Promise<(number | null)[]>;
  setFacts(source: string, facts: FactOverrides): Promise<SourceInfo>;
  /** Forgets a source or images. */
  remove(id: string): Promise<void>;
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

  check(recipe: Recipe): Promise<RecipeCheck>;
  /** Layers that `demonstrate` can be asked for, by their canonical names. */
  layers(recipe: Recipe): Promise<string[]>;
  /** The paper's mechanisms on the sources of the recipe, at one layer. */
  demonstrate(recipe: Recipe, layer: string): Promise<Demonstration>;
  /** Scores source `index` of the recipe alone: its body with every task's head. */
  evaluateSource(recipe: Recipe, index: number): Promise<Score>;

  /** Starts a run and returns at once; everything else comes as events. One run trains at a time. */
  run(run: string, recipe: Recipe): Promise<void>;
  pause(run: string): Promise<void>;
  /** One training step, then pauses again. */
  step(run: string): Promise<void>;
  resume(run: string): Promise<void>;
  /** Ends a run early; what it has learned is folded and kept. */
  stop(run: string): Promise<void>;
  /** Forgets a run and its model. */
  discard(run: string): Promise<void>;

  /** Confusion, calibration, similarity to the sources, and accuracy under distribution shift of a run that is over. */
  closerLook(run: string): Promise<CloserLook>;
  /** M and U of a run, or of a saved SuperNet by its id. */
  matrices(run: string): Promise<MatrixInfo[]>;
  matrix(run: string, name: string): Promise<MatrixValues>;
  /** M, U and LayerNorms of a run as a file that can be loaded, looked at, folded and trained further. */
  exportSuperNet(run: string, name: string): Promise<SavedFile>;
  exportChoices(run: string): Promise<ExportChoices>;
  exportModel(run: string, options: ExportOptions, place: ExportPlace): Promise<ExportReport>;
}
