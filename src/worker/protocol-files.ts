/** What crosses about files: how they were dropped, and what they turned out to be. */
import type { Fact, Resize } from '../engine/architectures/facts.ts';
import type { Output } from '../engine/architectures/model.ts';
import type { StudioErrorInfo } from '../engine/errors.ts';
import type { Activation, MatrixKind, Order, Recipe } from '../engine/recipe.ts';

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
  /** Of everything loaded that has one, by id. */
  fingerprints: Record<string, string>;
  /** Files whose name is expected of other contents (see `expect`): what they are called instead. */
  namesakes: { id: string; name: string }[];
  /** Files beside weights that are kept until the weights come, of this drop and of those before. */
  waiting: string[];
  /** One for each file that could not be understood; the others are loaded all the same. */
  errors: StudioErrorInfo[];
}

/** A file that a session was made with. */
export interface ExpectedFile {
  name: string;
  fingerprint: string;
}

export interface Thumbnails {
  /** RGBA, images one after the other, each `height * width * 4` bytes. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
  labels: number[];
}
