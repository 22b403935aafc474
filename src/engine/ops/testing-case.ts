import type * as tf from '@tensorflow/tfjs-core';

/** Test support: tensors that an operation gives for inputs of these shapes: its value, and its gradients. */
export interface OperationCase {
  title: string;
  shapes: number[][];
  run(inputs: tf.Tensor[]): tf.Tensor[];
}
