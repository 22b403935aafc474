/** The training images of all tasks as one list: images of task 1, then task 2, … */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../architectures/model.ts';
import { decodeElements } from '../tensors/elements.ts';
import type { ImageSet } from './images.ts';
import { inputShape, writeInputs } from './images.ts';
import { matchImages } from './match-source.ts';

export class TrainingSet {
  /** Task of each row. */
  readonly tasks: Uint8Array;
  /** First row of each task, and the end. */
  readonly starts: number[];

  constructor(readonly sets: readonly ImageSet[]) {
    this.starts = [0];
    for (const set of sets) this.starts.push((this.starts.at(-1) ?? 0) + set.count);
    this.tasks = new Uint8Array(this.count);
    for (const task of sets.keys()) this.tasks.fill(task, this.starts[task], this.starts[task + 1]);
  }

  get count(): number {
    return this.starts.at(-1) ?? 0;
  }

  /** Network inputs of these rows, `[rows, …]`. */
  inputs(architecture: Architecture, rows: ArrayLike<number>): tf.Tensor {
    const shape = inputShape(architecture);
    const size = shape.reduce((product, axis) => product * axis, 1);
    const values = new Float32Array(rows.length * size);
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? 0;
      const task = this.tasks[row] ?? 0;
      const set = this.sets[task];
      if (!set) throw new RangeError(`no image ${row}`);
      const images = matchImages(set, architecture);
      const local = row - (this.starts[task] ?? 0);
      writeInputs(architecture, images, [local], values.subarray(index * size, (index + 1) * size));
    }
    return tf.tensor(values, [rows.length, ...shape]);
  }

  /** One-hot tasks of these rows, `[rows, tasks]`. */
  oneHotTasks(rows: ArrayLike<number>): tf.Tensor2D {
    const values = new Float32Array(rows.length * this.sets.length);
    for (let index = 0; index < rows.length; index++) {
      values[index * this.sets.length + (this.tasks[rows[index] ?? 0] ?? 0)] = 1;
    }
    return tf.tensor2d(values, [rows.length, this.sets.length]);
  }
}

/** Rows of a host matrix `[count, width]`, of floats or of halves, as a tensor. */
export function gatherRows(matrix: Float32Array | Uint16Array, width: number, rows: ArrayLike<number>): tf.Tensor2D {
  const values = new (matrix instanceof Uint16Array ? Uint16Array : Float32Array)(rows.length * width);
  for (let index = 0; index < rows.length; index++) {
    const start = (rows[index] ?? 0) * width;
    values.set(matrix.subarray(start, start + width), index * width);
  }
  const floats = values instanceof Uint16Array ? decodeElements('F16', new Uint8Array(values.buffer)) : values;
  return tf.tensor2d(floats, [rows.length, width]);
}
