/** Test support: networks of every layout, and files of them under the names of a scheme. */
import { readCheckpoint } from '../../formats/detect.ts';
import { writeSafetensors } from '../../formats/write/safetensors.ts';
import { seededRandom } from '../../random.ts';
import { bytesSource } from '../../tensors/byte-source.ts';
import type { Checkpoint, Weight } from '../../tensors/host-tensor.ts';
import { randomModel, smallMlp, smallVit } from '../../testing/models.ts';
import type { Architecture, Model } from '../model.ts';
import type { NamingRule } from '../naming.ts';
import { nameWeights } from '../tables.ts';
import { schemes } from './schemes.ts';

export const saved = (weights: Iterable<readonly [string, Weight]>): Promise<Checkpoint> =>
  readCheckpoint({ name: 'test', source: bytesSource(writeSafetensors(weights, { elementType: 'F32' })) });

export const schemeNamed = (name: string) => schemes.find((scheme) => scheme.name === name)!;

/** Random weights; a CLIP has no biases where its names have no place for them. */
export function randomFor(architecture: Architecture, rules: readonly NamingRule[]): Model {
  const model = randomModel(architecture, seededRandom(1));
  const zero = rules.flatMap((rule) => {
    if ('implied' in rule) return rule.canonical;
    return 'absorbs' in rule && rule.absorbs ? [rule.absorbs.name] : [];
  });
  for (const name of zero) model.weights.get(name)!.values.fill(0);
  return model;
}

export const layouts = {
  plain: smallVit,
  'features for a head': { ...smallVit, output: 'embedding' },
  deeper: { ...smallVit, blocks: 11, heads: 4, hidden: 20, channels: 3 },
  CLIP: { ...smallVit, preNorm: true, output: 'embedding', activation: 'quick-gelu', epsilon: 1e-5 },
  'CLIP with classes': { ...smallVit, preNorm: true },
  registers: { ...smallVit, registers: 4 },
  'registers and the mean of patches': { ...smallVit, registers: 4, pooling: 'mean' },
  'no class token': { ...smallVit, classToken: false, pooling: 'mean' },
  distilled: { ...smallVit, registers: 1, pooling: 'distilled' },
  perceptron: smallMlp,
  'deep perceptron': { ...smallMlp, widths: [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7] },
} as const satisfies Record<string, Architecture>;

/** A network of the studio under a scheme's names, and what `change` makes of its tensors. */
export async function changedFile(
  scheme: string,
  architecture: Architecture,
  change: (file: Map<string, Weight>) => Iterable<readonly [string, Weight]> | undefined,
): Promise<{ model: Model; checkpoint: Checkpoint }> {
  const rules = schemeNamed(scheme).rulesFor(architecture);
  const model = randomFor(architecture, rules);
  const file = new Map(nameWeights(architecture, model.weights, rules));
  return { model, checkpoint: await saved(change(file) ?? file) };
}

export const filled = (value: number, ...shape: number[]): Weight => ({
  shape,
  values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
});
export const renamed = (file: Map<string, Weight>, rename: (name: string) => string) =>
  [...file].map(([name, weight]) => [rename(name), weight] as const);
