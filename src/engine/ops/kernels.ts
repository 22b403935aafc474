/**
 * Our own tfjs kernels: their names, what they take and give, and how a backend gets them. A backend that has no kernel of its
 * own for an operation runs the stock one, composed of tfjs' operations, which also says what the operation is.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Tensors in, tensors out; all float32. */
export interface Operation<Inputs extends Record<string, tf.Tensor>, Attributes> {
  name: string;
  /** Runs inside a tidy. */
  stock(inputs: Inputs, attributes: Attributes): tf.Tensor[];
}

const stocks = new Map<string, tf.KernelFunc>();

/** Declares an operation; `run` executes it on the current backend, differentiable where a gradient is registered for it. */
export function operation<Inputs extends Record<string, tf.Tensor>, Attributes>({
  name,
  stock,
}: Operation<Inputs, Attributes>): (inputs: Inputs, attributes: Attributes) => tf.Tensor[] {
  stocks.set(name, ({ inputs, attrs }) => tf.tidy(() => stock(inputs as Inputs, attrs as Attributes)));
  return (inputs, attributes) => {
    ensureKernel(name, tf.getBackend());
    const out = tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
    return Array.isArray(out) ? out : [out];
  };
}

function ensureKernel(kernelName: string, backendName: string): void {
  if (tf.getKernel(kernelName, backendName)) return;
  const kernelFunc = stocks.get(kernelName);
  if (!kernelFunc) throw new Error(`no operation ${kernelName}`);
  tf.registerKernel({ kernelName, backendName, kernelFunc });
}
