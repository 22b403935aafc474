/** One training step after another: batch → losses and gradients → AdamW. */
import * as tf from '@tensorflow/tfjs-core';
import { StudioError } from '../errors.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { AdamWOptions } from './adamw.ts';
import { AdamW } from './adamw.ts';
import type { TrainingProblem } from './problem.ts';

/** Rates of one step: diagonals may have their own. */
export interface Rates {
  rate: number;
  diagonal: number;
}

export interface TrainerOptions extends AdamWOptions {
  /** Largest norm of all gradients together; larger ones are scaled down to it. Null: never. */
  clipNorm?: number | null;
  /** Tensors that stay as they start. */
  frozen?: ReadonlySet<string>;
}

export class Trainer<Batch = unknown> {
  private readonly constants: Parameters;
  private readonly groups: { optimiser: AdamW; diagonal: boolean }[];
  /** As the problem takes them, stacks as one. */
  private current: Map<string, tf.Tensor>;
  /** Tensor by tensor, once somebody asked. */
  private single: Map<string, tf.Tensor> | null = null;

  constructor(
    private readonly problem: TrainingProblem<Batch>,
    private readonly options: TrainerOptions,
  ) {
    const { frozen = new Set() } = options;
    this.constants = toBackend(new Map([...problem.initial].filter(([name]) => frozen.has(name))));
    const diagonals = new Map<string, Weight>();
    const others = new Map<string, Weight>();
    for (const [name, weight] of problem.initial) {
      if (!frozen.has(name)) (name.endsWith('.diag') ? diagonals : others).set(name, weight);
    }
    this.groups = [
      { optimiser: new AdamW(others, options, problem.stacks), diagonal: false },
      { optimiser: new AdamW(diagonals, options, problem.stacks), diagonal: true },
    ];
    this.current = this.readTensors();
  }

  /** The learnable tensors as they are now, frozen ones too; valid until the next step. */
  get learnable(): Parameters {
    this.single ??= new Map(this.groups.flatMap(({ optimiser }) => optimiser.tensors()));
    return new Map([...this.constants, ...this.single]);
  }

  /** One step on these rows of the training set; the losses are those before the update. */
  async step(rows: ArrayLike<number>, { rate, diagonal }: Rates): Promise<number[]> {
    const batch = this.problem.batch(rows);
    const names = [...this.current.keys()];
    const { gradients: raw, losses } = this.gradients(names, batch);
    const gradients = this.clip(raw);
    tf.dispose(batch as tf.TensorContainer);
    const byName = new Map(names.map((name, index) => [name, gradients[index]] as const));
    for (const group of this.groups) {
      const own = group.optimiser.stackedNames
        .map((name) => byName.get(name))
        .filter((gradient) => gradient !== undefined);
      group.optimiser.update(own, group.diagonal ? diagonal : rate);
    }
    tf.dispose(gradients);
    this.forget();
    this.current = this.readTensors();
    const values = [...((await losses.data()) as Float32Array)];
    losses.dispose();
    if (!values.every(Number.isFinite)) {
      throw new StudioError({
        kind: 'run',
        message: 'The loss is no longer a finite number: the training has diverged.',
        advice: 'Choose a lower learning rate, or another initialisation.',
        subject: 'learning rate',
      });
    }
    return values;
  }

  dispose(): void {
    this.forget();
    disposeAll(this.constants);
    for (const { optimiser } of this.groups) optimiser.dispose();
  }

  /** Takes the gradients over; one factor for all keeps their direction. */
  private clip(gradients: tf.Tensor[]): tf.Tensor[] {
    const { clipNorm = null } = this.options;
    if (clipNorm === null) return gradients;
    const clipped = tf.tidy(() => {
      const norm = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
      const factor = tf.minimum(tf.div(clipNorm, tf.add(norm, 1e-6)), 1);
      return gradients.map((gradient) => tf.mul(gradient, factor));
    });
    tf.dispose(gradients);
    return clipped;
  }

  private readTensors(): Map<string, tf.Tensor> {
    return new Map(this.groups.flatMap(({ optimiser }) => optimiser.stackedTensors()));
  }

  private forget(): void {
    disposeAll(this.current);
    if (this.single) disposeAll(this.single);
    this.single = null;
  }

  /** Gradients of the summed losses, and the losses as one vector. */
  private gradients(names: string[], batch: Batch): { gradients: tf.Tensor[]; losses: tf.Tensor1D } {
    let losses: tf.Tensor1D | undefined;
    const total = (...tensors: tf.Tensor[]): tf.Scalar => {
      const learnable = new Map([
        ...this.constants,
        ...names.map((name, index) => [name, tensors[index] as tf.Tensor] as const),
      ]);
      const terms = this.problem.losses(learnable, batch);
      losses = tf.keep(tf.stack(terms.map((term) => tf.clone(term))) as tf.Tensor1D);
      return tf.addN(terms) as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(total)([...this.current.values()]);
    value.dispose();
    if (!losses) throw new Error('the losses were not computed');
    return { gradients: grads, losses };
  }
}
