import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VisionTransformer } from '../../architectures/model.ts';
import { sizeOf } from '../../architectures/model.ts';
import { TrainingSet } from '../../datasets/training-set.ts';
import { seededRandom } from '../../random.ts';
import type { FsMergeOptions } from '../../recipe.ts';
import { fsMergeSchema, matrixKinds } from '../../recipe.ts';
import { peakBytes } from '../../testing/live-bytes.ts';
import { randomModel, smallMlp, smallVit, superNetOf } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { adamWDefaults } from '../../training/adamw.ts';
import { globalProblem } from '../../training/global-problem.ts';
import { localProblem } from '../../training/local-problem.ts';
import type { DataProblem } from '../../training/problem.ts';
import { Trainer } from '../../training/trainer.ts';
import { fsMergeCost } from './cost.ts';

beforeAll(() => useNodeBackend('cpu'));

const alignment = { padding: 'end' as const, resize: false };
const vit: VisionTransformer = { ...smallVit, width: 16, hidden: 24, image: 8, heads: 4 };
const mlp = { ...smallMlp, inputs: 24, widths: [16, 12] };

const options = (changes: Partial<FsMergeOptions>): FsMergeOptions => ({
  ...fsMergeSchema.parse({ name: 'fs-merge', rank: 3, batchSize: 12, epochs: 1 }),
  ...changes,
});

/** Multiply-adds of every matrix product that ran, from the shapes that went in and came out. */
function productsOf({ kernels }: Awaited<ReturnType<typeof tf.profile>>): number {
  let sum = 0;
  for (const { name, inputShapes, outputShapes } of kernels) {
    if (name !== 'BatchMatMul') continue;
    // Of one product m × k × n: (m k) · (k n) · (m n) = (m k n)².
    const square = [inputShapes[0], inputShapes[1], outputShapes[0]].reduce(
      (product, shape) => product * sizeOf((shape as number[]).slice(-2)),
      1,
    );
    sum += sizeOf((outputShapes[0] as number[]).slice(0, -2)) * Math.sqrt(square);
  }
  return sum;
}

/** What two sources of this shape really take: allocated bytes, and the profile of one step. */
async function measured(architecture: typeof vit | typeof mlp, chosen: FsMergeOptions) {
  const random = seededRandom(1);
  const models = [randomModel(architecture, random), randomModel(architecture, random)];
  const shape = architecture.kind === 'vit' ? ([8, 8, 2] as const) : ([6, 4, 1] as const);
  const images = () => ({
    count: 12,
    shape,
    pixels: Float32Array.from({ length: 12 * shape[0] * shape[1] * shape[2] }, () => random.normal()),
    labels: new Int32Array(12),
  });
  const data = new TrainingSet([images(), images()]);
  const before = tf.memory().numBytes;
  const stacked = chosen.objective !== 'inner' && chosen.scope !== 'local';
  const supernet = superNetOf(models, { ...chosen, stacked });
  const sources = tf.memory().numBytes - before;
  const initial = supernet.initial('random', 1);
  const { objective, inner, checkpointing } = chosen;
  const problem: DataProblem =
    chosen.scope === 'local'
      ? await localProblem(supernet, initial, data, models)
      : await globalProblem(supernet, initial, data, {
          teachers: models,
          objective,
          inner,
          bodyOfTask: [0, 1],
          checkpointing,
        });
  const made = tf.memory().numBytes;
  const frozen = new Set(chosen.freezeNorms ? supernet.normParameters : []);
  const trainer = new Trainer(problem, { ...adamWDefaults, frozen });
  const learnable = tf.memory().numBytes - made;
  const rows = [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17];
  const train = () => trainer.step(rows, { rate: 1e-3, diagonal: 1e-3 });
  const step = await peakBytes(train);
  const profile = await tf.profile(async () => {
    await train();
    return tf.scalar(0);
  });
  trainer.dispose();
  problem.dispose();
  supernet.dispose();
  return { sources, learnable, step, macs: productsOf(profile) };
}

const inner: Partial<FsMergeOptions> = {
  kind: 'full',
  objective: 'inner',
  inner: [
    { block: 1, part: 'attention', weight: 1 },
    { block: 2, part: 'mlp', weight: 1 },
  ],
};

const cases: [string, typeof vit | typeof mlp, Partial<FsMergeOptions>][] = [
  ...matrixKinds.map((kind): [string, typeof vit, Partial<FsMergeOptions>] => [`ViT, ${kind}`, vit, { kind }]),
  ['ViT, frozen norms', vit, { freezeNorms: true }],
  ['ViT, inner', vit, inner],
  ['ViT, checkpointing', { ...vit, blocks: 6 }, { kind: 'diagonal+low-rank', checkpointing: true }],
  ['ViT, two tokens read', { ...vit, registers: 1, pooling: 'distilled' }, { kind: 'diagonal+low-rank' }],
  ['ViT, two tokens read, inner', { ...vit, registers: 1, pooling: 'distilled' }, inner],
  [
    'ViT, registers, LayerNorm before, mean',
    { ...vit, registers: 3, preNorm: true, pooling: 'mean' },
    { kind: 'full' },
  ],
  ...(['full', 'diagonal+low-rank'] as const).map((kind): [string, typeof mlp, Partial<FsMergeOptions>] => [
    `MLP, ${kind}`,
    mlp,
    { kind },
  ]),
];

describe('the cost told before a run, against what is then allocated and computed', () => {
  it.each(cases)('%s', async (_, architecture, changes) => {
    const chosen = options(changes);
    const sizes =
      architecture.kind === 'mlp' && chosen.kind !== 'full' ? { ...architecture, widths: [16, 16] } : architecture;
    const cost = fsMergeCost([sizes, sizes], chosen, { images: [12, 12], alignment });
    const real = await measured(sizes, chosen);
    expect(cost.memory.sources).toBe(real.sources);
    expect(cost.memory.learnable).toBe(real.learnable);
    expect(cost.stepMacs / real.macs).toBeCloseTo(1, 2);
    expect(cost.memory.step / real.step).toBeGreaterThan(0.75);
    expect(cost.memory.step / real.step).toBeLessThan(1.3);
    expect(cost.steps).toBe(2);
    expect(cost.totalMacs).toBe(2 * cost.stepMacs);
  });

  it('MLP, local', async () => {
    const chosen = options({ kind: 'full', scope: 'local' });
    const cost = fsMergeCost([mlp, mlp], chosen, { images: [12, 12], alignment });
    expect(cost.stepMacs / (await measured(mlp, chosen)).macs).toBeCloseTo(1, 2);
  });

  it('sequential: the steps of all stages, the memory of the largest', () => {
    const chosen = options({ order: 'sequential', kind: 'full' });
    const cost = fsMergeCost([vit, vit, vit], chosen, { images: [12, 12, 12], alignment });
    const together = fsMergeCost([vit, vit, vit], options({ kind: 'full' }), { images: [12, 12, 12], alignment });
    expect(cost.steps).toBe(2 + 3);
    expect(cost.learnable).toBeLessThan(together.learnable);
    // Two bodies, and three blocks of the last U.
    expect(cost.learnable).toBe(fsMergeCost([vit, vit], chosen, { images: [12, 12], alignment }).learnable + 16 * 16);
  });
});
