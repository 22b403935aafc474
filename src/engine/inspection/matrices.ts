/** M and U for looking at: dense values, and how much of each belongs to each source. */
import * as tf from '@tensorflow/tfjs-core';
import type { MatrixSpec } from '../architectures/fold-plan.ts';
import type { Weights } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, parameter, toBackend, toHost } from '../network/parameters.ts';
import type { Matrices } from '../supernet/matrices.ts';
import { bounds } from '../supernet/matrix-kind.ts';
import type { SavedSuperNet } from '../supernet/saved.ts';
import { matricesOf } from '../supernet/saved.ts';

export interface MatrixReader {
  readonly specs: readonly MatrixSpec[];
  /** The source that each block of a matrix belongs to; null: the merge so far of a sequential merge. */
  owners(spec: MatrixSpec): (number | null)[];
  /** Training steps behind the values. */
  step(): number;
  /** Row-major: M `[Σ widths, merged]`, U `[merged, Σ widths]`. */
  dense(name: string): Promise<Float32Array>;
  /** Of each of these matrices, in the plan's order. */
  sizes(names: readonly string[]): Promise<MatrixSizes[]>;
  /** Bytes of the learnable numbers, which a snapshot keeps: factors stay factors. */
  readonly bytes: number;
  /** The values as they are now, to be looked at later. */
  snapshot(): Promise<MatrixReader>;
}

export interface MatrixSizes {
  /** Each source's share of the squared entries; they sum to 1 (to 0 where the matrix is 0). */
  shares: number[];
  /** Size of the largest entry. */
  largest: number;
}

/** A SuperNet's M and U, and whose blocks they have. */
export interface OwnedMatrices {
  matrices: Matrices;
  /** The source of each body; null: the merge so far. */
  bodies: readonly (number | null)[];
}

/** Reads a SuperNet while it trains. */
export function liveMatrices(owned: OwnedMatrices, learnable: () => Parameters, step: () => number): MatrixReader {
  const { matrices, bodies } = owned;
  const { matrices: specs, head } = matrices.plan;
  return {
    specs,
    // The last U has a block for every task, the others one for every body.
    owners: ({ name, widths }) => (name === head.unmerge ? widths.map((_, task) => task) : [...bodies]),
    step,
    dense: (name) => download(() => matrices.dense(learnable(), name)),
    async sizes(names) {
      const chosen = specs.filter(({ name }) => names.includes(name));
      const numbers = await download(() =>
        // One matrix is dense at a time: all of a large network's at once would take gigabytes.
        tf.concat(chosen.map((spec) => tf.tidy(() => sizesOf(matrices.dense(learnable(), spec.name), spec)))),
      );
      return toSizes(numbers, chosen);
    },
    bytes: 4 * matrices.size,
    async snapshot() {
      const [names, now] = [[...matrices.shapes().keys()], step()];
      const kept = await toHost(new Map(names.map((name) => [name, parameter(learnable(), name)])));
      // A backend may hand out memory of its own, which changes with the next step.
      const copies = new Map([...kept].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]));
      return keptMatrices(owned, copies, now);
    },
  };
}

/** Reads a SuperNet's learnable tensors that were kept on the host. */
function keptMatrices(owned: OwnedMatrices, learnable: Weights, step: number): MatrixReader {
  const live = async <T>(names: readonly string[], use: (reader: MatrixReader) => Promise<T>): Promise<T> => {
    const belongs = (tensor: string) => names.some((name) => tensor.startsWith(`${name}.`));
    const tensors = toBackend(new Map([...learnable].filter(([tensor]) => belongs(tensor))));
    try {
      return await use(
        liveMatrices(
          owned,
          () => tensors,
          () => step,
        ),
      );
    } finally {
      disposeAll(tensors);
    }
  };
  const { specs, owners, bytes } = liveMatrices(
    owned,
    () => new Map(),
    () => step,
  );
  const kept: MatrixReader = {
    specs,
    owners,
    step: () => step,
    dense: (name) => live([name], (reader) => reader.dense(name)),
    sizes: (names) => live(names, (reader) => reader.sizes(names)),
    bytes,
    snapshot: async () => kept,
  };
  return kept;
}

/** Reads a SuperNet that is kept, of a run that is over or from a file. */
export const savedMatrices = (saved: SavedSuperNet, step: number): MatrixReader =>
  keptMatrices({ matrices: matricesOf(saved), bodies: saved.sources }, saved.learnable, step);

/** Sum of squares of each source's block, then the size of the largest entry: `[sources + 1]`. */
function sizesOf(matrix: tf.Tensor2D, spec: MatrixSpec): tf.Tensor1D {
  const squares = tf.sum(tf.square(matrix), spec.role === 'M' ? 1 : 0) as tf.Tensor1D; // [Σ widths]
  const starts = bounds(spec);
  const blocks = spec.widths.map((width, i) => tf.sum(tf.slice(squares, [starts[i] ?? 0], [width])));
  return tf.stack([...blocks, tf.max(tf.abs(matrix))]) as tf.Tensor1D;
}

function toSizes(numbers: Float32Array, specs: readonly MatrixSpec[]): MatrixSizes[] {
  let at = 0;
  return specs.map(({ widths }) => {
    const squares = [...numbers.subarray(at, at + widths.length)];
    const largest = numbers[at + widths.length] ?? 0;
    at += widths.length + 1;
    const total = squares.reduce((sum, value) => sum + value, 0);
    return { shares: squares.map((value) => (total > 0 ? value / total : 0)), largest };
  });
}

async function download(compute: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(compute);
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return values;
}
