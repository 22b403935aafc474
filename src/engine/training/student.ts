/**
 * The student of a distillation (Hinton, Vinyals, Dean, arXiv 1503.02531, on features): a plain network of the merged size whose
 * weights are all learned, and one output adapter U_out that guesses the sources' features and folds into their heads.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { FoldPlan } from '../architectures/fold-plan.ts';
import type { Architecture, Model } from '../architectures/model.ts';
import { featureWidth } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, parameter, toBackend } from '../network/parameters.ts';
import { foldHead } from '../supernet/fold.ts';
import { Matrices } from '../supernet/matrices.ts';
import { superNetPlan } from '../supernet/supernet.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { averageForm } from '../theory/average-form.ts';
import type { Trainable } from './trainable.ts';

export class Student implements Trainable {
  readonly architecture: Architecture;
  readonly guessed: readonly number[];
  readonly stacks = new Map<string, string[]>();
  /** Only the last U. */
  private readonly plan: FoldPlan;
  private readonly matrices: Matrices;
  private readonly heads: readonly Parameters[];

  /** `start` has the body that training begins with, and the classes of all tasks; `tasks` are the sources. */
  constructor(
    private readonly start: Model,
    tasks: readonly Model[],
  ) {
    this.architecture = start.architecture;
    this.plan = studentPlan(
      this.architecture,
      tasks.map((task) => task.architecture),
    );
    this.guessed = tasks.map((task) => featureWidth(task.architecture));
    this.matrices = new Matrices(this.plan, 'full', 1);
    const { weight, bias } = this.plan.head;
    this.heads = tasks.map(({ weights }) =>
      toBackend(new Map([...weights].filter(([n]) => n === weight || n === bias))),
    );
  }

  /** The body's weights, and U_out = (I … I). */
  initial(): Map<string, Weight> {
    const learnable = new Map([...this.start.weights].filter(([name]) => this.isBody(name)));
    for (const dense of averageForm(this.plan).values()) learnable.set(this.unmergeName, dense);
    return learnable;
  }

  /** Name of U_out among the learnable tensors. */
  get unmergeName(): string {
    return `${this.plan.head.unmerge}.full`;
  }

  fold(learnable: Parameters): Map<string, tf.Tensor> {
    return new Map([...learnable].filter(([name]) => this.isBody(name)));
  }

  unmerge(learnable: Parameters, features: tf.Tensor2D): tf.Tensor2D {
    return tf.matMul(features, parameter<tf.Tensor2D>(learnable, this.unmergeName));
  }

  foldedNetwork(learnable: Parameters): Parameters {
    const folded = tf.tidy(() => {
      const all = [...this.fold(learnable), ...foldHead(this.plan, this.heads, this.matrices.lookup(learnable))];
      return Object.fromEntries(all.map(([name, tensor]) => [name, tf.clone(tensor)]));
    });
    return new Map(Object.entries(folded));
  }

  held(): null {
    return null;
  }

  dispose(): void {
    for (const head of this.heads) disposeAll(head);
  }

  private isBody(name: string): boolean {
    const { weight, bias, unmerge } = this.plan.head;
    return name !== weight && name !== bias && !name.startsWith(`${unmerge}.`);
  }
}

/** A plan with the last U alone. */
export function studentPlan(merged: Architecture, tasks: readonly Architecture[]): FoldPlan {
  const plan = superNetPlan([merged], merged, tasks);
  return { ...plan, matrices: plan.matrices.filter(({ name }) => name === plan.head.unmerge), folded: [] };
}
