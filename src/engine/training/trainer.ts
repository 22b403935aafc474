/** One training step after another: batch → losses and gradients → AdamW. */
import * as tf from '@tensorflow/tfjs-core';
import { StudioError } from '../errors.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { copyInto } from '../ops/host.ts';
import type { AdamWOptions, OptimiserState } from './adamw.ts';
import { AdamW, startOf } from './adamw.ts';
import type { CrewAtWork, Share } from './crew.ts';
import { cut, portions } from './crew.ts';
import type { FlatLayout, Layouts } from './flat-layout.ts';
import { layoutsOf } from './flat-layout.ts';
import { gradientPass } from './gradients.ts';
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
  /** Threads that take a share of each batch; with so many of them besides this one. */
  crew?: { atWork: CrewAtWork; size: number } | null;
  /** What `state` gave, to go on from it; without it training begins. */
  from?: readonly OptimiserState[] | undefined;
}

/** Losses of a step, on the backend or on the host. */
export type UnreadLosses = tf.Tensor1D | number[];

export class Trainer<Batch = unknown> {
  private readonly layouts: Layouts;
  private readonly constants: Parameters;
  /** One for each group of the layouts. */
  private readonly optimisers: AdamW[];
  /** As the problem takes them, stacks as one. */
  private current: Map<string, tf.Tensor>;
  /** Tensor by tensor, once somebody asked. */
  private single: Map<string, tf.Tensor> | null = null;

  constructor(
    private readonly problem: TrainingProblem<Batch>,
    private readonly options: TrainerOptions,
  ) {
    this.layouts = layoutsOf(problem.initial, problem.stacks, options.frozen ?? new Set());
    this.constants = toBackend(this.layouts.constants);
    const { from } = options;
    checkSizes(
      from,
      this.layouts.groups.map(({ layout }) => layout.size),
    );
    this.optimisers = this.layouts.groups.map(
      ({ layout, initial }, group) => new AdamW(from?.[group] ?? startOf(layout.values(initial)), options),
    );
    this.current = this.readTensors();
  }

  /** All that later steps depend on. */
  state(): Promise<OptimiserState[]> {
    return Promise.all(this.optimisers.map((optimiser) => optimiser.saved()));
  }

  /** The learnable tensors as they are now, frozen ones too; valid until the next step. */
  get learnable(): Parameters {
    // Whoever asks may do so inside a tidy.
    this.single ??= new Map(
      this.each((layout, { value }) => layout.tensors(value).map(([name, tensor]) => [name, tf.keep(tensor)] as const)),
    );
    return new Map([...this.constants, ...this.single]);
  }

  /** One step on these rows of the training set; the losses are those before the update. Throws `StudioError` where they are not finite. */
  async step(rows: ArrayLike<number>, rates: Rates): Promise<number[]> {
    return this.read(await this.update(rows, rates));
  }

  /**
   * The same, with losses that may not be there yet, which `valuesOf` gives. Losses that are there and not finite change nothing: the
   * learnable tensors are still those that they are of.
   */
  async update(rows: ArrayLike<number>, { rate, diagonal }: Rates): Promise<UnreadLosses> {
    const { crew } = this.options;
    const pass = crew ? await this.sharedPass(rows, crew.atWork, crew.size) : this.pass(rows);
    const losses = tf.getBackend() === 'webgpu' ? pass.losses : await this.valuesOf(pass.losses);
    if (Array.isArray(losses) && !losses.every(Number.isFinite)) {
      tf.dispose(pass.gradients);
      return losses;
    }
    const gradients = this.clip(pass.gradients);
    for (const [group, { diagonal: own }] of this.layouts.groups.entries()) {
      this.optimisers[group]?.update(gradients[group] as tf.Tensor, own ? diagonal : rate);
    }
    this.forget();
    this.current = this.readTensors();
    return losses;
  }

  /** The losses of an update; takes them over. */
  async valuesOf(losses: UnreadLosses): Promise<number[]> {
    return losses instanceof tf.Tensor ? takeValues(losses) : losses;
  }

  /** The same; throws `StudioError` when they are no numbers any more. */
  async read(losses: UnreadLosses): Promise<number[]> {
    const values = await this.valuesOf(losses);
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
    for (const optimiser of this.optimisers) optimiser.dispose();
  }

  private pass(rows: ArrayLike<number>): { gradients: tf.Tensor[]; losses: tf.Tensor1D } {
    const batch = this.problem.batch(rows);
    const pass = gradientPass(this.problem, this.layouts, this.constants, this.current, batch);
    tf.dispose(batch as tf.TensorContainer);
    return pass;
  }

  /** Each thread its share of the rows, this one the first. */
  private async sharedPass(
    rows: ArrayLike<number>,
    crew: CrewAtWork,
    size: number,
  ): Promise<{ gradients: tf.Tensor[]; losses: number[] }> {
    const [first = new Uint32Array(), ...others] = cut(rows, size + 1);
    for (const [group, { value }] of this.optimisers.entries()) {
      await copyInto(value, crew.values[group] ?? new Float32Array());
    }
    const pending = crew.shares(others);
    pending.catch(() => {}); // told below, unless this thread's own share fails first
    const pass = this.pass(first);
    const own = await takeValues(pass.losses);
    const theirs = await pending.catch((error: unknown) => {
      tf.dispose(pass.gradients);
      throw error;
    });
    const [mine = 1, ...rest] = portions([first, ...others]);
    return {
      gradients: pass.gradients.map((gradient, group) => weightedSum(gradient, mine, theirs, rest, group)),
      losses: own.map((loss, term) =>
        theirs.reduce((sum, { losses }, index) => sum + (rest[index] ?? 0) * (losses[term] ?? Number.NaN), mine * loss),
      ),
    };
  }

  /** Takes the gradients over; one factor for all keeps their direction. */
  private clip(gradients: tf.Tensor[]): tf.Tensor[] {
    const { clipNorm = null } = this.options;
    if (clipNorm === null) return gradients;
    const clipped = tf.tidy(() => {
      const norm = tf.sqrt(tf.addN(gradients.filter(hasNumbers).map((gradient) => tf.sum(tf.square(gradient)))));
      const factor = tf.minimum(tf.div(clipNorm, tf.add(norm, 1e-6)), 1);
      return gradients.map((gradient) => (hasNumbers(gradient) ? tf.mul(gradient, factor) : tf.clone(gradient)));
    });
    tf.dispose(gradients);
    return clipped;
  }

  private readTensors(): Map<string, tf.Tensor> {
    return new Map(this.each((layout, { value }) => layout.stackedTensors(value)));
  }

  private each<T>(use: (layout: FlatLayout, optimiser: AdamW) => T[]): T[] {
    return this.layouts.groups.flatMap(({ layout }, group) => use(layout, this.optimisers[group] as AdamW));
  }

  private forget(): void {
    disposeAll(this.current);
    if (this.single) disposeAll(this.single);
    this.single = null;
  }
}

function checkSizes(from: readonly OptimiserState[] | undefined, sizes: readonly number[]): void {
  const fits = ({ value, mean, variance }: OptimiserState, group: number) =>
    [value, mean, variance].every(({ length }) => length === sizes[group]);
  if (!from || (from.length === sizes.length && from.every(fits))) return;
  throw new StudioError({
    kind: 'run',
    message: 'What was kept of this run is not of its recipe and sources.',
    advice: 'Start the run anew.',
  });
}

/** A kind without diagonals has none to learn; WebGPU cannot sum up nothing. */
const hasNumbers = ({ size }: tf.Tensor): boolean => size > 0;

async function takeValues(losses: tf.Tensor1D): Promise<number[]> {
  const values = [...((await losses.data()) as Float32Array)];
  losses.dispose();
  return values;
}

/** Means over shares become the mean over all, added up in the order of the shares; takes the own gradient over. */
function weightedSum(
  own: tf.Tensor,
  mine: number,
  theirs: readonly Share[],
  rest: readonly number[],
  group: number,
): tf.Tensor {
  const sum = tf.tidy(() =>
    theirs.reduce<tf.Tensor>(
      (all, { gradients }, index) =>
        tf.add(all, tf.mul(tf.tensor1d(gradients[group] ?? new Float32Array()), rest[index] ?? 0)),
      tf.mul(own, mine),
    ),
  );
  own.dispose();
  return sum;
}
