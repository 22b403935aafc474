/** One pass forward and back. */
import * as tf from '@tensorflow/tfjs-core';
import type { Parameters } from '../network/parameters.ts';
import type { Layouts } from './flat-layout.ts';
import type { TrainingProblem } from './problem.ts';

export interface Pass {
  /** Gradients of the summed losses, one vector for each group of the layouts. */
  gradients: tf.Tensor1D[];
  /** Each loss, `[terms]`. */
  losses: tf.Tensor1D;
}

/** `learned` are the learnable tensors as the problem takes them, by name; the caller disposes what comes back. */
export function gradientPass<Batch>(
  problem: TrainingProblem<Batch>,
  { groups }: Layouts,
  constants: Parameters,
  learned: Parameters,
  batch: Batch,
): Pass {
  const names = [...learned.keys()];
  let losses: tf.Tensor1D | undefined;
  const total = (...tensors: tf.Tensor[]): tf.Scalar => {
    const learnable = new Map([
      ...constants,
      ...names.map((name, index) => [name, tensors[index] as tf.Tensor] as const),
    ]);
    const terms = problem.losses(learnable, batch);
    losses = tf.keep(tf.stack(terms.map((term) => tf.clone(term))) as tf.Tensor1D);
    return tf.addN(terms) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(total)([...learned.values()]);
  value.dispose();
  if (!losses) throw new Error('the losses were not computed');
  const byName = new Map(names.map((name, index) => [name, grads[index] as tf.Tensor] as const));
  const gradients = groups.map(({ layout }) =>
    layout.flatten(layout.stackedNames.map((name) => byName.get(name) as tf.Tensor)),
  );
  tf.dispose(grads);
  return { gradients, losses };
}
