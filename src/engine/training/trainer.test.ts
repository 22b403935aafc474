import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useNodeBackend } from '../testing/node.ts';
import type { TrainingProblem } from './problem.ts';
import { Trainer } from './trainer.ts';

beforeAll(() => useNodeBackend('cpu'));

const weight = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });

/** Loss 3·x + 4·y: gradients 3 and 4, norm 5, at every step. */
const slope: TrainingProblem = {
  initial: new Map([
    ['x', weight(0)],
    ['y', weight(0)],
  ]),
  batch: () => [],
  losses: (learnable) => [
    tf.sum(tf.add(tf.mul(learnable.get('x') as tf.Tensor, 3), tf.mul(learnable.get('y') as tf.Tensor, 4))) as tf.Scalar,
  ],
};

// With β = 0 and a large ε a step is rate · gradient / ε: plain descent, in which the size of a gradient shows.
const descent = { beta1: 0, beta2: 0, epsilon: 1e6, weightDecay: 0 };
const rates = { rate: 1e6, diagonal: 1e6 };

async function oneStep(options: Partial<ConstructorParameters<typeof Trainer>[1]>): Promise<[number, number]> {
  const trainer = new Trainer(slope, { ...descent, ...options });
  await trainer.step([0], rates);
  const read = async (name: string) => (await trainer.learnable.get(name)?.data())?.[0] ?? Number.NaN;
  const result: [number, number] = [await read('x'), await read('y')];
  trainer.dispose();
  return result;
}

describe('one step', () => {
  it('follows the gradients', async () => {
    const [x, y] = await oneStep({});
    expect(x).toBeCloseTo(-3, 4);
    expect(y).toBeCloseTo(-4, 4);
  });

  it('scales gradients of a larger norm down to it, in their direction', async () => {
    const [x, y] = await oneStep({ clipNorm: 1 });
    expect(x).toBeCloseTo(-0.6, 4);
    expect(y).toBeCloseTo(-0.8, 4);
  });

  it('leaves gradients of a smaller norm as they are', async () => {
    const [x, y] = await oneStep({ clipNorm: 6 });
    expect(x).toBeCloseTo(-3, 4);
    expect(y).toBeCloseTo(-4, 4);
  });

  it('never moves what is frozen', async () => {
    const [x, y] = await oneStep({ frozen: new Set(['x']) });
    expect(x).toBe(0);
    expect(y).toBeCloseTo(-4, 4);
  });

  it('shows its tensors until the next step, also to whoever asks inside a tidy', async () => {
    const trainer = new Trainer(slope, descent);
    await trainer.step([0], rates);
    const seen = tf.tidy(() => trainer.learnable.get('x') as tf.Tensor);
    tf.tidy(() => void trainer.learnable);
    expect((await seen.data())[0]).toBeCloseTo(-3, 4);
    expect(trainer.learnable.get('x')).toBe(seen);
    await trainer.step([0], rates);
    expect(seen.isDisposed).toBe(true);
    expect((await trainer.learnable.get('x')?.data())?.[0]).toBeCloseTo(-6, 4);
    trainer.dispose();
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await oneStep({ clipNorm: 1, frozen: new Set(['x']) });
    expect(tf.memory().numTensors).toBe(before);
  });
});
