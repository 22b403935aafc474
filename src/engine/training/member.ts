/** A member of a crew: holds the problem in a thread of its own and computes the gradients of its share of each batch. */
import * as tf from '@tensorflow/tfjs-core';
import { TrainingSet } from '../datasets/training-set.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { copyInto } from '../ops/host.ts';
import { SuperNet } from '../supernet/supernet.ts';
import type { SharedProblem, TrainableSpec } from './crew.ts';
import type { Layouts } from './flat-layout.ts';
import { layoutsOf } from './flat-layout.ts';
import type { GlobalProblem } from './global-problem.ts';
import { reconstructionProblem } from './global-problem.ts';
import { gradientPass } from './gradients.ts';
import { Student } from './student.ts';

export class Member {
  private readonly trainable: SuperNet | Student;
  private readonly problem: GlobalProblem;
  private readonly layouts: Layouts;
  private readonly constants: Parameters;

  /** Builds the problem on this thread's backend. */
  constructor({ trainable, initial, frozen, sets, targets, objective, checkpointing }: SharedProblem) {
    this.trainable = build(trainable);
    this.problem = reconstructionProblem(this.trainable, initial, new TrainingSet(sets), {
      targets,
      objective,
      checkpointing,
    });
    this.layouts = layoutsOf(initial, this.problem.stacks, new Set(frozen));
    this.constants = toBackend(this.layouts.constants);
  }

  /** The gradients of these rows at these values, into `into`: one vector for each group of the layouts. Gives the losses. */
  async share(rows: Uint32Array, values: readonly Float32Array[], into: readonly Float32Array[]): Promise<number[]> {
    const learned = new Map(
      this.layouts.groups.flatMap(({ layout }, group) => {
        const flat = tf.tensor1d(values[group] ?? new Float32Array());
        const tensors = layout.stackedTensors(flat);
        flat.dispose();
        return tensors;
      }),
    );
    const batch = this.problem.batch(rows);
    const { gradients, losses } = gradientPass(this.problem, this.layouts, this.constants, learned, batch);
    tf.dispose(batch as unknown as tf.TensorContainer);
    disposeAll(learned);
    for (const [group, own] of gradients.entries()) await copyInto(own, into[group] ?? new Float32Array());
    const terms = [...((await losses.data()) as Float32Array)];
    tf.dispose([...gradients, losses]);
    return terms;
  }

  dispose(): void {
    this.problem.dispose();
    this.trainable.dispose();
    disposeAll(this.constants);
  }
}

function build(spec: TrainableSpec): SuperNet | Student {
  switch (spec.kind) {
    case 'supernet':
      return new SuperNet(spec.parts, spec.options);
    case 'student':
      return new Student(spec.start, spec.tasks);
    default:
      throw spec satisfies never;
  }
}
