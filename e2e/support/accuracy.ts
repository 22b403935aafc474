/** Accuracies by an independent forward pass, from files alone. */
import { readNpz } from './npz.ts';

export interface TaskFile {
  /** Path of an npz file with `x_test` (0 to 255) and `y_test`. */
  images: string;
  /** Labels of the file that make up the task, in the order of the task's outputs. */
  labels: number[];
}

export interface Accuracy {
  /** Share of right answers among a task's own outputs, for each task. */
  perTask: number[];
  /** Share of right answers among all tasks' outputs, for each task. */
  joint: number[];
}

type Logits = (image: Float64Array) => Float64Array;

/** Of a model whose outputs are those of the first task, then of the second, … on the first `limit` test images of each task. */
export function accuracyOf(logits: Logits, tasks: TaskFile[], limit = Number.POSITIVE_INFINITY): Accuracy {
  const result: Accuracy = { perTask: [], joint: [] };
  let first = 0;
  for (const { images, labels } of tasks) {
    const answers = testImages(images, labels)
      .slice(0, limit)
      .map(({ pixels, output }) => {
        const outputs = logits(pixels);
        const own = outputs.subarray(first, first + labels.length);
        return { perTask: largest(own) === output, joint: largest(outputs) === first + output };
      });
    result.perTask.push(answers.filter(({ perTask }) => perTask).length / answers.length);
    result.joint.push(answers.filter(({ joint }) => joint).length / answers.length);
    first += labels.length;
  }
  return result;
}

/** Test images of a task with pixels 0 to 1, and which of its outputs is right. */
export function testImages(path: string, labels: number[]): { pixels: Float64Array; output: number }[] {
  const arrays = readNpz(path, ['x_test', 'y_test']);
  const [images, answers] = [arrays.get('x_test'), arrays.get('y_test')];
  if (!images || !answers) throw new Error(`${path} has no x_test and y_test`);
  const size = images.values.length / answers.values.length;
  return [...answers.values]
    .map((label, row) => ({
      pixels: images.values.subarray(row * size, (row + 1) * size).map((value) => value / 255),
      output: labels.indexOf(label),
    }))
    .filter(({ output }) => output >= 0);
}

const largest = (values: Float64Array): number => values.indexOf(Math.max(...values));
