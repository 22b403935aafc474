/** Seeing what goes on inside a forward pass. */
import type * as tf from '@tensorflow/tfjs-core';

/** Sees what goes into a linear layer of the body and what comes out: `[rows, in]`, `[rows, out]`. */
export type Observe = (layer: string, input: tf.Tensor2D, output: tf.Tensor2D) => void;
