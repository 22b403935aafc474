/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) with decoupled weight decay, written to PyTorch's numbers.
 * All tensors of a rate are kept as one flat vector, so that an update is a dozen kernels however many matrices there are.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../architectures/model.ts';
import { sizeOf } from '../architectures/model.ts';
import type { AdamWState } from '../ops/adamw.ts';
import { adamWStep } from '../ops/adamw.ts';
import type { Stacks } from './problem.ts';

export interface AdamWOptions {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

/** β 0.9 and 0.999, ε 1e-8, decay 1e-3: the authors' settings. */
export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-3 };

interface Slot {
  name: string;
  shape: number[];
  offset: number;
  size: number;
}

/** One set of tensors with a rate of its own. */
export class AdamW {
  private readonly slots: Slot[] = [];
  private readonly views: Slot[];
  private readonly size: number;
  private state: AdamWState;
  private updates = 0;

  /** Tensors of one stack lie side by side; a stack of which `initial` has no tensor is left out. */
  constructor(
    initial: Weights,
    private readonly options: AdamWOptions,
    stacks: Stacks = new Map(),
  ) {
    const own = [...stacks].filter(([, names]) => names.every((name) => initial.has(name)));
    const stacked = own.flatMap(([, names]) => names);
    const single = [...initial.keys()].filter((name) => !stacked.includes(name));
    let offset = 0;
    for (const name of [...stacked, ...single]) {
      const shape = [...(initial.get(name)?.shape ?? [])];
      const size = sizeOf(shape);
      this.slots.push({ name, shape, offset, size });
      offset += size;
    }
    this.views = [...own.map((stack) => this.stackView(stack)), ...this.slots.slice(stacked.length)];
    this.size = offset;
    const flat = new Float32Array(offset);
    for (const slot of this.slots) flat.set(initial.get(slot.name)?.values ?? [], slot.offset);
    this.state = { value: tf.tensor1d(flat), mean: tf.zeros([offset]), variance: tf.zeros([offset]) };
  }

  /** Names of the stacks and of the tensors beside them, in the order of `stackedTensors`. */
  get stackedNames(): string[] {
    return this.views.map(({ name }) => name);
  }

  /** The current values, tensor by tensor. The caller disposes them (or calls inside a tidy). */
  tensors(): [string, tf.Tensor][] {
    return this.slots.map((slot) => this.read(slot));
  }

  /** The current values as training takes them, stacks as one. The caller disposes them. */
  stackedTensors(): [string, tf.Tensor][] {
    return this.views.map((view) => this.read(view));
  }

  /** One update with the gradients of `stackedNames`, in that order. */
  update(gradients: readonly tf.Tensor[], rate: number): void {
    if (this.size === 0) return;
    this.updates++;
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    const correction1 = 1 - beta1 ** this.updates;
    const correction2 = 1 - beta2 ** this.updates;
    const gradient = tf.tidy(() => tf.concat1d(gradients.map((g) => tf.reshape(g, [-1]) as tf.Tensor1D)));
    this.state = adamWStep(this.state, gradient, {
      beta1,
      beta2,
      epsilon,
      keep: 1 - rate * weightDecay,
      rate: rate / correction1,
      deviation: 1 / Math.sqrt(correction2),
    });
    gradient.dispose();
  }

  private read({ name, shape, offset, size }: Slot): [string, tf.Tensor] {
    return [name, tf.tidy(() => tf.reshape(tf.slice(this.state.value, [offset], [size]), shape))];
  }

  private stackView([name, names]: [string, readonly string[]]): Slot {
    const members = this.slots.filter((slot) => names.includes(slot.name));
    const [first] = members;
    if (!first) throw new RangeError(`stack ${name} is empty`);
    return { name, shape: [members.length, ...first.shape], offset: first.offset, size: members.length * first.size };
  }

  dispose(): void {
    tf.dispose([this.state.value, this.state.mean, this.state.variance]);
  }
}
