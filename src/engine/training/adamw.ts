/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) with decoupled weight decay, written to PyTorch's numbers.
 * All tensors of a rate are kept as one flat vector, so that an update is one kernel however many matrices there are.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { AdamWState } from '../ops/adamw.ts';
import { adamWStep } from '../ops/adamw.ts';
import { copyInto } from '../ops/host.ts';

export interface AdamWOptions {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

/** β 0.9 and 0.999, ε 1e-8, decay 1e-3: the authors' settings. */
export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-3 };

/** A vector and its moments after so many updates, on the host: `[size]` each. */
export interface OptimiserState {
  value: Float32Array;
  mean: Float32Array;
  variance: Float32Array;
  updates: number;
}

export const startOf = (value: Float32Array): OptimiserState => {
  const zeros = () => new Float32Array(value.length);
  return { value, mean: zeros(), variance: zeros(), updates: 0 };
};

/** One vector with a rate of its own. */
export class AdamW {
  private state: AdamWState;
  private updates: number;

  constructor(
    { value, mean, variance, updates }: OptimiserState,
    private readonly options: AdamWOptions,
  ) {
    this.state = { value: tf.tensor1d(value), mean: tf.tensor1d(mean), variance: tf.tensor1d(variance) };
    this.updates = updates;
  }

  /** All that later updates depend on, copied. */
  async saved(): Promise<OptimiserState> {
    const { value, mean, variance } = this.state;
    const copy = async (tensor: tf.Tensor) => {
      const values = new Float32Array(tensor.size);
      await copyInto(tensor, values);
      return values;
    };
    return {
      value: await copy(value),
      mean: await copy(mean),
      variance: await copy(variance),
      updates: this.updates,
    };
  }

  /** The current values; valid until the next update, and to be copied by whoever multiplies with them. */
  get value(): tf.Tensor {
    return this.state.value;
  }

  /** One update; takes the gradient over. */
  update(gradient: tf.Tensor, rate: number): void {
    if (gradient.size > 0) {
      this.updates++;
      const { beta1, beta2, epsilon, weightDecay } = this.options;
      this.state = adamWStep(this.state, gradient, {
        beta1,
        beta2,
        epsilon,
        keep: 1 - rate * weightDecay,
        rate: rate / (1 - beta1 ** this.updates),
        deviation: 1 / Math.sqrt(1 - beta2 ** this.updates),
      });
    }
    gradient.dispose();
  }

  dispose(): void {
    tf.dispose([this.state.value, this.state.mean, this.state.variance]);
  }
}
