/** Test support: small models with random weights. */
import { mergedArchitecture } from '../architectures/fold-plan.ts';
import type { Architecture, Model, Perceptron, VisionTransformer } from '../architectures/model.ts';
import { parameterShapes, plainVit } from '../architectures/model.ts';
import type { Random } from '../random.ts';
import { normals } from '../supernet/matrix-kind.ts';
import type { SuperNetOptions } from '../supernet/supernet.ts';
import { SuperNet } from '../supernet/supernet.ts';

export const smallVit: VisionTransformer = {
  ...plainVit,
  kind: 'vit',
  image: 4,
  channels: 2,
  patch: 2,
  width: 8,
  blocks: 2,
  heads: 2,
  hidden: 12,
  epsilon: 1e-6,
  activation: 'gelu',
  classes: 3,
};

/** Small ViTs of every layout of tokens and features. */
export const vitLayouts: [string, VisionTransformer][] = [
  ['plain', smallVit],
  ['quick gelu', { ...smallVit, activation: 'quick-gelu' }],
  ['registers', { ...smallVit, registers: 3 }],
  ['CLIP', { ...smallVit, preNorm: true, activation: 'quick-gelu', epsilon: 1e-5, output: 'embedding' }],
  ['mean', { ...smallVit, pooling: 'mean' }],
  ['mean, no class token', { ...smallVit, classToken: false, pooling: 'mean' }],
  ['mean, registers alone', { ...smallVit, classToken: false, registers: 2, pooling: 'mean' }],
  ['mean, registers, LayerNorm before', { ...smallVit, registers: 2, preNorm: true, pooling: 'mean' }],
  ['distilled', { ...smallVit, registers: 1, pooling: 'distilled' }],
  ['distilled, registers', { ...smallVit, registers: 3, pooling: 'distilled' }],
];

export const smallMlp: Perceptron = { kind: 'mlp', inputs: 10, widths: [8, 6], activation: 'relu', classes: 3 };

/** The SuperNet of models of one shape, together, at their size. */
export const superNetOf = (models: readonly Model[], options: SuperNetOptions): SuperNet =>
  new SuperNet(
    { bodies: models, architecture: mergedArchitecture(models.map((model) => model.architecture)) },
    options,
  );

/** Weights of about the size that trained ones have; LayerNorms around γ = 1, β = 0. */
export function randomModel(architecture: Architecture, random: Random): Model {
  const weights = new Map(
    [...parameterShapes(architecture)].map(([name, shape]) => {
      const weight = normals(shape, shape.length === 2 ? (shape[1] ?? 1) ** -0.5 : 0.1, random);
      if (/norm\d?\.weight$/.test(name)) for (const index of weight.values.keys()) weight.values[index]! += 1;
      return [name, weight];
    }),
  );
  return { architecture, weights };
}
