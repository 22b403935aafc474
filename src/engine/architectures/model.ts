/**
 * The canonical models that every checkpoint becomes, whatever its file called things.
 * A linear weight is `[out, in]`, a patch embedding `[width, channels · patch · patch]`, positions `[tokens, width]` in the order class token, registers, patches; a token without a position has a row of zeros.
 */
import type { Activation } from '../recipe.ts';
import type { Weight } from '../tensors/host-tensor.ts';

/** Pre-LN vision transformer with a class token (docs/method.md "Fold"). Lengths in units, sizes in pixels. */
export interface VisionTransformer {
  kind: 'vit';
  /** Height and width of the square image. */
  image: number;
  channels: number;
  patch: number;
  width: number;
  blocks: number;
  heads: number;
  /** Width inside the MLP of a block. */
  hidden: number;
  /** ε of the LayerNorms. */
  epsilon: number;
  activation: Activation;
  classes: number;
  /** Whether a class token stands before the patches. */
  classToken: boolean;
  /** Tokens between the class token and the patches: registers, a distillation token. */
  registers: number;
  /** Whether a LayerNorm stands before the blocks, as in CLIP. */
  preNorm: boolean;
  pooling: Pooling;
  /** What the head gives: logits of classes, or an embedding (a projection), as a CLIP tower has it. */
  output: Output;
}

/**
 * Features that the head reads: LayerNorm of the class token; LayerNorm of the mean over the patches; LayerNorm of the class token and
 * of the distillation token (the last register), side by side.
 */
export const poolings = ['class-token', 'mean', 'distilled'] as const;
export type Pooling = (typeof poolings)[number];

export const outputs = ['classes', 'embedding'] as const;
export type Output = (typeof outputs)[number];

/** What most vision transformers are: a class token, no registers, classes. */
export const plainVit = {
  classToken: true,
  registers: 0,
  preNorm: false,
  pooling: 'class-token',
  output: 'classes',
} as const satisfies Partial<VisionTransformer>;

/** Feed-forward network: hidden layers with an activation after each, then a linear head. */
export interface Perceptron {
  kind: 'mlp';
  inputs: number;
  /** Width of each hidden layer; the last one is the width of the features. */
  widths: number[];
  activation: Activation;
  classes: number;
}

export type Architecture = VisionTransformer | Perceptron;

/** Canonical parameter name → weight. */
export type Weights = ReadonlyMap<string, Weight>;

/** One plain network: what a source is, and what every merge ends as. */
export interface Model {
  architecture: Architecture;
  weights: Weights;
}

/** Tokens before the patches: the class token, registers. */
export const leadingTokens = ({ classToken, registers }: VisionTransformer): number => (classToken ? 1 : 0) + registers;

export const tokens = (vit: VisionTransformer): number => (vit.image / vit.patch) ** 2 + leadingTokens(vit);

/** What a ViT must share with another, besides sizes, for their tokens and features to mean the same. */
export const layoutOf = ({ classToken, registers, preNorm, pooling }: VisionTransformer): string =>
  JSON.stringify([classToken, registers, preNorm, pooling]);

/** Whether the tokens that the head reads are there. */
export const canPool = ({ classToken, registers, pooling }: VisionTransformer): boolean =>
  pooling === 'mean' || (classToken && (pooling === 'class-token' || registers > 0));

/** Width of the features that the head reads. */
export function featureWidth(architecture: Architecture): number {
  if (architecture.kind === 'mlp') return architecture.widths.at(-1) ?? architecture.inputs;
  return architecture.pooling === 'distilled' ? 2 * architecture.width : architecture.width;
}

/** Shape of every canonical parameter of an architecture. */
export function parameterShapes(architecture: Architecture): Map<string, number[]> {
  switch (architecture.kind) {
    case 'vit':
      return vitShapes(architecture);
    case 'mlp':
      return mlpShapes(architecture);
    default:
      throw architecture satisfies never;
  }
}

export function countParameters(architecture: Architecture): number {
  let count = 0;
  for (const shape of parameterShapes(architecture).values()) count += sizeOf(shape);
  return count;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, axis) => product * axis, 1);

/** Arrays one after the other; one alone is handed on as it is. */
export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function vitShapes(vit: VisionTransformer): Map<string, number[]> {
  const { width, hidden } = vit;
  const shapes = new Map<string, number[]>([
    ['patches.weight', [width, vit.channels * vit.patch ** 2]],
    ['patches.bias', [width]],
  ]);
  if (vit.classToken) shapes.set('class_token', [width]);
  if (vit.registers > 0) shapes.set('registers', [vit.registers, width]);
  shapes.set('positions', [tokens(vit), width]);
  const norm = (name: string) => shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  const linear = (name: string, out: number, into: number) =>
    shapes.set(`${name}.weight`, [out, into]).set(`${name}.bias`, [out]);
  if (vit.preNorm) norm('pre_norm');
  for (let block = 0; block < vit.blocks; block++) {
    norm(`blocks.${block}.norm1`);
    for (const part of ['query', 'key', 'value', 'out']) linear(`blocks.${block}.attention.${part}`, width, width);
    norm(`blocks.${block}.norm2`);
    linear(`blocks.${block}.mlp.in`, hidden, width);
    linear(`blocks.${block}.mlp.out`, width, hidden);
  }
  norm('norm');
  linear('head', vit.classes, featureWidth(vit));
  return shapes;
}

function mlpShapes(mlp: Perceptron): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  let into = mlp.inputs;
  for (const [layer, width] of mlp.widths.entries()) {
    shapes.set(`layers.${layer}.weight`, [width, into]).set(`layers.${layer}.bias`, [width]);
    into = width;
  }
  return shapes.set('head.weight', [mlp.classes, into]).set('head.bias', [mlp.classes]);
}
