import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Weights } from '../architectures/model.ts';
import { TrainingSet } from '../datasets/training-set.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import type { Random } from '../random.ts';
import { seededRandom } from '../random.ts';
import type { MatrixKind } from '../recipe.ts';
import { matrixKinds } from '../recipe.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { globalProblem } from '../training/global-problem.ts';
import { localProblem } from '../training/local-problem.ts';
import type { DataProblem } from '../training/problem.ts';
import { Trainer } from '../training/trainer.ts';
import { normals } from './matrix-kind.ts';
import { SuperNet } from './supernet.ts';

const vit: Architecture = { ...smallVit, blocks: 1 };
const mlp: Architecture = { ...smallMlp, inputs: 32, widths: [6, 6], activation: 'tanh' };

/** Source 2, where a kind lets sources differ in width. */
const others: Record<Architecture['kind'], Architecture> = {
  vit: { ...vit, width: 6, hidden: 10 },
  mlp: { ...mlp, widths: [5, 7] },
};

type Loss = 'own' | 'inner' | 'local';
type Case = [name: string, architecture: Architecture, kind: MatrixKind, loss: Loss];

const cases = matrixKinds.flatMap((kind): Case[] => [
  [`ViT, ${kind}, own`, vit, kind, 'own'],
  [`ViT, ${kind}, inner`, vit, kind, 'inner'],
  ...(kind === 'attention-heads' ? [] : (['own', 'local'] as const)).map(
    (loss): Case => [`MLP, ${kind}, ${loss}`, mlp, kind, loss],
  ),
]);

const sites = [
  { block: 1, part: 'attention' as const, weight: 2 },
  { block: 1, part: 'mlp' as const, weight: 0.5 },
];

/** Images of both tasks, in any order. */
const rows = [5, 0, 3, 1, 4];

/** Standard deviations at which no part of a matrix outweighs the others, and attention is neither even nor sharp. */
const spreads: Readonly<Record<string, number>> = { full: 0.3, diag: 0.6, a: 0.35, b: 0.35, head: 0.45, mix: 0.45 };

/** Random values in every learnable tensor, so that no part is 0; LayerNorms around γ = 1, β = 0. */
const randomStart = (supernet: SuperNet, kind: MatrixKind, random: Random): Weights =>
  new Map(
    [...supernet.initial('random', 1)].map(([name, { shape, values }]) => {
      const isNorm = supernet.normParameters.includes(name);
      const spread = kind === 'low-rank' ? 0.45 : spreads[name.split('.').at(-1) ?? ''];
      const noise = normals(shape, isNorm || spread === undefined ? 0.3 : spread, random).values;
      return [name, { shape, values: noise.map((value, index) => value + (isNorm ? (values[index] ?? 0) : 0)) }];
    }),
  );

/** What is trained on two small sources and their images. */
async function prepare(architecture: Architecture, kind: MatrixKind, loss: Loss) {
  const random = seededRandom(3);
  const second = kind === 'full' || kind === 'low-rank' ? others[architecture.kind] : architecture;
  const models = [architecture, second].map((own) => randomModel(own, random));
  const supernet = new SuperNet(
    { bodies: models, architecture: { ...architecture, classes: 6 } },
    { kind, rank: 3, stacked: loss === 'own' },
  );
  const images = () => ({
    count: 3,
    shape: [4, 4, 2] as const,
    pixels: Float32Array.from({ length: 96 }, () => random.normal()),
    labels: new Int32Array(3),
  });
  const data = new TrainingSet([images(), images()]);
  const initial = randomStart(supernet, kind, random);
  const options = { teachers: models, inner: sites, bodyOfTask: [0, 1] };
  const problem: DataProblem =
    loss === 'local'
      ? await localProblem(supernet, initial, data, models)
      : await globalProblem(supernet, initial, data, { ...options, objective: loss });
  return { supernet, problem };
}

/** The gradients that a training step follows, read off a step of plain descent: β = 0 makes it `rate · gradient / ε`. */
async function gradientsOf(problem: DataProblem): Promise<Map<string, Float32Array>> {
  const [rate, epsilon] = [1e9, 1e6];
  const trainer = new Trainer(problem, { beta1: 0, beta2: 0, epsilon, weightDecay: 0 });
  await trainer.step(rows, { rate, diagonal: rate });
  const gradients = new Map<string, Float32Array>();
  for (const [name, tensor] of trainer.learnable) {
    const after = await tensor.data<'float32'>();
    const before = problem.initial.get(name)?.values ?? new Float32Array();
    const moved = before.map((value, index) => value - (after[index] ?? Number.NaN));
    gradients.set(
      name,
      moved.map((value) => (value * epsilon) / rate),
    );
  }
  trainer.dispose();
  return gradients;
}

/** Derivative of `f` at 0: central differences of two steps, and Richardson's extrapolation of them. */
function derivative(f: (step: number) => number, step: number): number {
  const [coarse, fine] = [step, step / 2].map((h) => (f(h) - f(-h)) / (2 * h)) as [number, number];
  return fine + (fine - coarse) / 3;
}

/** `gradient/‖gradient‖` and as much of a random direction: the slope is large, and every entry of a gradient counts. */
function directionFor(gradient: Float32Array, random: Random): Float32Array {
  const stray = gradient.map(() => random.normal());
  const [own, other] = [Math.hypot(...gradient), Math.hypot(...stray)];
  return gradient.map((value, index) => value / own + (stray[index] ?? 0) / other);
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);

describe.each(['cpu', 'wasm'] as const)('gradients are the slopes of the loss, %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it.each(cases)('%s', async (_, architecture, kind, loss) => {
    const { supernet, problem } = await prepare(architecture, kind, loss);
    const gradients = await gradientsOf(problem);
    expect([...gradients.keys()].sort()).toEqual([...supernet.initial('random', 1).keys()].sort());
    const random = seededRandom(9);
    const learnable = toBackend(problem.initial);
    const batch = problem.batch(rows);
    const lossWith = (name: string, values: Float32Array): number =>
      tf.tidy(() => {
        const changed = new Map(learnable).set(name, tf.tensor(values, learnable.get(name)?.shape));
        return tf.addN(problem.losses(changed, batch)).dataSync()[0] ?? Number.NaN;
      });
    for (const [name, gradient] of gradients) {
      expect(Math.hypot(...gradient), name).toBeGreaterThan(5e-3);
      const values = problem.initial.get(name)?.values ?? new Float32Array();
      const direction = directionFor(gradient, random);
      const along = (step: number) =>
        lossWith(
          name,
          values.map((value, index) => value + step * (direction[index] ?? 0)),
        );
      const slope = dot(gradient, direction);
      // A step that changes the loss by 1 % is well above its rounding; a larger one than 6 % of the tensor is curved.
      const step = Math.min(0.06 * Math.hypot(...values), (0.01 * along(0)) / Math.abs(slope));
      expect(Math.abs(derivative(along, step) / slope - 1), name).toBeLessThan(1e-3);
    }
    tf.dispose(batch as tf.TensorContainer);
    disposeAll(learnable);
    problem.dispose();
    supernet.dispose();
  });
});
