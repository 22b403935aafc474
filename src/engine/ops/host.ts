/** Values of tensors on the host. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/** Copies a tensor's values into memory that is there already: no step should ask for new memory of the size of all gradients. */
export async function copyInto(tensor: tf.Tensor, target: Float32Array): Promise<void> {
  if (tensor.size !== target.length) throw new RangeError(`${tensor.size} values do not fit into ${target.length}`);
  if (tf.getBackend() === 'wasm') target.set((tf.backend() as BackendWasm).typedArrayFromHeap(tensor) as Float32Array);
  else target.set((await tensor.data()) as Float32Array);
}
