/** Activation checkpointing (Chen et al., arXiv 1604.06174): memory for time. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * `f` of these tensors, of which only they are kept for the gradient: what `f` computes on its way is freed, and computed again when
 * the gradient asks for it. `f` reads nothing else that is learned.
 */
export function checkpoint<Output extends tf.Tensor>(
  f: (...inputs: tf.Tensor[]) => Output,
  inputs: readonly tf.Tensor[],
): Output {
  return tf.customGrad((...all) => {
    const save = all.at(-1) as (tensors: tf.Tensor[]) => void;
    const given = all.slice(0, -1) as tf.Tensor[];
    save(given);
    return { value: f(...given), gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradientsOf(f, saved, dy) };
  })(...inputs) as Output;
}

/** On a tape of its own: tfjs has one, and clears it, so that of the gradient around this one is put back. */
function gradientsOf(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    return tf.grads(f)(inputs, dy);
  } finally {
    state.activeTape = activeTape;
  }
}
