/** Test support: every operation on odd and even shapes, computed by its stock form on the cpu backend, to compare a backend with. */
import * as tf from '@tensorflow/tfjs-core';
import { seededRandom } from '../random.ts';
import { normals } from '../supernet/matrix-kind.ts';
import { activate } from './activation.ts';
import { adamWStep } from './adamw.ts';
import { attention } from './attention.ts';
import { foldCases } from './fold/testing.ts';
import { layerNorm } from './layer-norm.ts';
import { linear } from './linear.ts';
import { joined, pieces } from './pieces.ts';
import type { OperationCase } from './testing-case.ts';

/** Value and gradients of `f`; the value is summed with weights that differ from entry to entry. */
function withGradients(f: (...inputs: tf.Tensor[]) => tf.Tensor): (inputs: tf.Tensor[]) => tf.Tensor[] {
  return (inputs) => {
    const value = f(...inputs);
    const { values } = normals(value.shape, 1, seededRandom(11));
    const weights = tf.tensor(values, value.shape);
    const gradients = tf.grads((...all: tf.Tensor[]) => tf.sum(tf.mul(f(...all), weights)))(inputs);
    return [value, ...gradients];
  };
}

/** Rows, inputs, outputs: multiples of the tile sizes, and none. */
const products = [
  [1, 1, 1],
  [2, 3, 4],
  [7, 5, 9],
  [8, 16, 8],
  [17, 33, 15],
  [64, 64, 48],
  [66, 49, 65],
  [130, 7, 3],
  [5, 257, 31],
] as const;

const matMulCases = products.flatMap(([rows, inner, columns]) =>
  [[], [3], [2, 2]].flatMap((batch) =>
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ].map(([turnA, turnB]): OperationCase => {
      const a = turnA ? [inner, rows] : [rows, inner];
      const b = turnB ? [columns, inner] : [inner, columns];
      return {
        title: `matMul of [${batch}] × ${rows}×${inner}×${columns}, transposed ${turnA} and ${turnB}`,
        shapes: [
          [...batch, ...a],
          [...batch, ...b],
        ],
        run: ([x, y]) => [tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, turnA, turnB)],
      };
    }),
  ),
);

const broadcastCases: OperationCase[] = [
  { a: [1, 6, 5], b: [4, 5, 7] },
  { a: [4, 6, 5], b: [5, 7] },
  { a: [2, 3, 6, 5], b: [3, 5, 7] },
  { a: [1, 5, 7], b: [4, 7, 3] },
].map(({ a, b }) => ({
  title: `matMul of [${a}] and [${b}], broadcast`,
  shapes: [a, b],
  run: ([x, y]) => [tf.matMul(x as tf.Tensor, y as tf.Tensor)],
}));

const linearCases = products.map(
  ([rows, inner, columns]): OperationCase => ({
    title: `linear ${rows}×${inner}×${columns}`,
    shapes: [[rows, inner], [columns, inner], [columns]],
    run: withGradients((x, weight, bias) => linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D)),
  }),
);

const layerNormCases = [
  [1, 2],
  [3, 7],
  [5, 8],
  [17, 64],
  [6, 193],
].map(
  ([rows = 1, width = 1]): OperationCase => ({
    title: `layer norm ${rows}×${width}`,
    shapes: [[rows, width], [width], [width]],
    run: withGradients((x, gain, bias) => layerNorm(x as tf.Tensor2D, gain as tf.Tensor1D, bias as tf.Tensor1D, 1e-6)),
  }),
);

const attentionCases = [
  { batch: 1, tokens: 1, heads: 1, size: 1 },
  { batch: 2, tokens: 5, heads: 3, size: 4 },
  { batch: 3, tokens: 17, heads: 2, size: 16 },
  { batch: 1, tokens: 33, heads: 4, size: 7 },
  { batch: 2, tokens: 50, heads: 1, size: 64 },
].map(
  ({ size, ...shape }): OperationCase => ({
    title: `attention of ${shape.batch} × ${shape.tokens} tokens, ${shape.heads} heads of ${size}`,
    shapes: [[shape.batch * shape.tokens, 3 * shape.heads * size]],
    run: withGradients((packed) => attention(packed as tf.Tensor2D, shape)),
  }),
);

const activationCases = (['gelu', 'gelu-tanh', 'quick-gelu', 'relu', 'tanh'] as const).flatMap((activation) =>
  [[1], [3, 5], [8, 16], [13, 17]].map(
    (shape): OperationCase => ({
      title: `${activation} of [${shape}]`,
      shapes: [shape],
      // Wide enough that the tails are seen.
      run: withGradients((x) => activate(tf.mul(x, 4), activation)),
    }),
  ),
);

const adamWCases = [1, 3, 8, 1000, 4099].map(
  (size): OperationCase => ({
    title: `AdamW of ${size}, two steps`,
    shapes: [[size], [size], [size], [size], [size]],
    run: ([value, mean, spread, first, second]) => {
      const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, keep: 0.99, rate: 0.02, deviation: 3 };
      const own = [value, mean, tf.square(spread as tf.Tensor)].map((tensor) => tf.add(tensor as tf.Tensor, 0));
      const [a, b, c] = own as [tf.Tensor, tf.Tensor, tf.Tensor];
      const once = adamWStep({ value: a, mean: b, variance: c }, first as tf.Tensor, options);
      const state = adamWStep(once, second as tf.Tensor, { ...options, rate: 0.01 });
      return [state.value, state.mean, state.variance];
    },
  }),
);

const piecesCases = [[[3]], [[2, 3], [1], [4, 1, 2]], [[300], [7, 5]]].map(
  (shapes): OperationCase => ({
    title: `pieces ${JSON.stringify(shapes)}`,
    shapes: [[shapes.reduce((sum, shape) => sum + tf.util.sizeFromShape(shape), 0)]],
    run: ([x]) => {
      const cut = pieces(x as tf.Tensor, shapes);
      const gradient = tf.grad((all: tf.Tensor) =>
        tf.addN(pieces(all, shapes).map((piece) => tf.sum(tf.square(piece)))),
      );
      return [...cut, joined(cut), gradient(x as tf.Tensor)];
    },
  }),
);

export type { OperationCase };

export const operationCases: readonly OperationCase[] = [
  ...matMulCases,
  ...broadcastCases,
  ...linearCases,
  ...layerNormCases,
  ...attentionCases,
  ...activationCases,
  ...adamWCases,
  ...foldCases,
  ...piecesCases,
];

/** Runs a case on the current backend; the inputs are the same numbers everywhere. Throws when tensors or data are left behind. */
export async function runCase({ shapes, run }: OperationCase): Promise<Float32Array[]> {
  const random = seededRandom(7);
  const inputs = shapes.map((shape) => tf.tensor(normals(shape, 1, random).values, shape));
  const [tensors, data] = [tf.memory().numTensors, tf.backend().numDataIds()];
  const results = tf.tidy(() => run(inputs));
  const values = await Promise.all(results.map(async (result) => ((await result.data()) as Float32Array).slice()));
  tf.dispose(results);
  if (tf.memory().numTensors !== tensors || tf.backend().numDataIds() !== data) {
    throw new Error(
      `${tf.memory().numTensors - tensors} tensors, ${tf.backend().numDataIds() - data} data left behind`,
    );
  }
  tf.dispose(inputs);
  return values;
}

/** Largest difference of two lists of tensors, relative to the largest number of each expected tensor (at least 1). */
export function largestDifference(ours: readonly Float32Array[], theirs: readonly Float32Array[]): number {
  if (ours.length !== theirs.length || ours.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...theirs.map((expected, index) => {
      const own = ours[index] ?? new Float32Array();
      if (own.length !== expected.length) return Number.POSITIVE_INFINITY;
      const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      let most = 0;
      for (const [i, value] of expected.entries()) {
        const difference = Math.abs(value - (own[i] ?? Number.NaN)) / size;
        if (!(difference <= most)) most = difference; // NaN too
      }
      return most;
    }),
  );
}
