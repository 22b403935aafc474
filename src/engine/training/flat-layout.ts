/** How learnable tensors lie in one flat vector: those of one rate together, and in it those of a stack side by side. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../architectures/model.ts';
import { concatenate, sizeOf } from '../architectures/model.ts';
import { joined, pieces } from '../ops/pieces.ts';
import type { Stacks } from './problem.ts';

interface Slot {
  name: string;
  shape: number[];
}

export class FlatLayout {
  /** Length of the vector. */
  readonly size: number;
  private readonly slots: Slot[] = [];
  private readonly views: Slot[];

  /** A stack of which `initial` has not every tensor is left out. */
  constructor(initial: Weights, stacks: Stacks = new Map()) {
    const own = [...stacks].filter(([, names]) => names.every((name) => initial.has(name)));
    const stacked = own.flatMap(([, names]) => names);
    const single = [...initial.keys()].filter((name) => !stacked.includes(name));
    for (const name of [...stacked, ...single]) this.slots.push({ name, shape: [...(initial.get(name)?.shape ?? [])] });
    this.size = this.slots.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    this.views = [...own.map((stack) => this.stackView(stack)), ...this.slots.slice(stacked.length)];
  }

  /** The vector of these values. */
  values(weights: Weights): Float32Array<ArrayBuffer> {
    return Float32Array.from(
      concatenate(this.slots.map(({ name }) => weights.get(name)?.values ?? new Float32Array())),
    );
  }

  /** Names of the stacks and of the tensors beside them, in the order of `stackedTensors`. */
  get stackedNames(): string[] {
    return this.views.map(({ name }) => name);
  }

  /** The values in a vector, tensor by tensor. The caller disposes them. */
  tensors(flat: tf.Tensor): [string, tf.Tensor][] {
    return read(flat, this.slots);
  }

  /** The values as training takes them, stacks as one. The caller disposes them. */
  stackedTensors(flat: tf.Tensor): [string, tf.Tensor][] {
    return read(flat, this.views);
  }

  /** Gradients of `stackedNames`, in that order, as one vector. */
  flatten(gradients: readonly tf.Tensor[]): tf.Tensor1D {
    return joined(gradients);
  }

  private stackView([name, names]: [string, readonly string[]]): Slot {
    const [first] = names.map((member) => this.slots.find((slot) => slot.name === member));
    if (!first) throw new RangeError(`stack ${name} is empty`);
    return { name, shape: [names.length, ...first.shape] };
  }
}

/** Of slots that are the whole vector. */
function read(flat: tf.Tensor, slots: readonly Slot[]): [string, tf.Tensor][] {
  const tensors = pieces(
    flat,
    slots.map(({ shape }) => shape),
  );
  return slots.map(({ name }, index) => [name, tensors[index] as tf.Tensor]);
}

export interface Layouts {
  /** Of tensors that stay as they start. */
  constants: Weights;
  /** Diagonals have a rate of their own. */
  groups: { layout: FlatLayout; initial: Weights; diagonal: boolean }[];
}

/** The learnable tensors by rate, and those that are frozen. */
export function layoutsOf(initial: Weights, stacks: Stacks | undefined, frozen: ReadonlySet<string>): Layouts {
  const those = (wanted: (name: string) => boolean): Weights => new Map([...initial].filter(([name]) => wanted(name)));
  const group = (diagonal: boolean) => {
    const own = those((name) => !frozen.has(name) && name.endsWith('.diag') === diagonal);
    return { layout: new FlatLayout(own, stacks), initial: own, diagonal };
  };
  return { constants: those((name) => frozen.has(name)), groups: [group(false), group(true)] };
}
