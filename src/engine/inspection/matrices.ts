/** M and U for looking at: dense values, and how much of each belongs to each source. */
import * as tf from '@tensorflow/tfjs-core';
import type { MatrixSpec } from '../architectures/fold-plan.ts';
import type { Weights } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { bounds } from '../supernet/matrix-kind.ts';
import type { SuperNet } from '../supernet/supernet.ts';

export interface MatrixReader {
  readonly specs: readonly MatrixSpec[];
  /** Training steps behind the values. */
  step(): number;
  /** Row-major: M `[Σ widths, merged]`, U `[merged, Σ widths]`. */
  dense(name: string): Promise<Float32Array>;
  /** For each of these matrices, each source's share of the squared entries; they sum to 1 (to 0 where the matrix is 0). */
  shares(names: readonly string[]): Promise<number[][]>;
}

/** Reads a SuperNet while it trains. */
export function liveMatrices(supernet: SuperNet, learnable: () => Parameters, step: () => number): MatrixReader {
  const { matrices: specs } = supernet.plan;
  return {
    specs,
    step,
    dense: (name) => download(() => supernet.dense(learnable(), name)),
    async shares(names) {
      const chosen = specs.filter(({ name }) => names.includes(name));
      const sums = await download(() =>
        tf.concat(chosen.map((spec) => blockSums(supernet.dense(learnable(), spec.name), spec))),
      );
      return normalised(sums, chosen);
    },
  };
}

/** Reads a SuperNet's learnable tensors that were kept on the host. */
export function keptMatrices(supernet: SuperNet, learnable: Weights, step: number): MatrixReader {
  const { matrices: specs } = supernet.plan;
  const live = async <T>(prefix: string, use: (reader: MatrixReader) => Promise<T>): Promise<T> => {
    const tensors = toBackend(new Map([...learnable].filter(([name]) => name.startsWith(prefix))));
    try {
      return await use(
        liveMatrices(
          supernet,
          () => tensors,
          () => step,
        ),
      );
    } finally {
      disposeAll(tensors);
    }
  };
  return {
    specs,
    step: () => step,
    dense: (name) => live(`${name}.`, (reader) => reader.dense(name)),
    shares: (names) => live('', (reader) => reader.shares(names)),
  };
}

/** Sum of squares of each source's block, `[sources]`. */
function blockSums(matrix: tf.Tensor2D, spec: MatrixSpec): tf.Tensor1D {
  const squares = tf.sum(tf.square(matrix), spec.role === 'M' ? 1 : 0) as tf.Tensor1D; // [Σ widths]
  const starts = bounds(spec);
  return tf.stack(spec.widths.map((width, i) => tf.sum(tf.slice(squares, [starts[i] ?? 0], [width])))) as tf.Tensor1D;
}

function normalised(sums: Float32Array, specs: readonly MatrixSpec[]): number[][] {
  let at = 0;
  return specs.map((spec) => {
    const own = [...sums.subarray(at, at + spec.widths.length)];
    at += spec.widths.length;
    const total = own.reduce((sum, value) => sum + value, 0);
    return own.map((value) => (total > 0 ? value / total : 0));
  });
}

async function download(compute: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(compute);
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return values;
}
