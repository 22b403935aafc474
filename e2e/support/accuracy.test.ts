/** That the independent readers and forward passes agree with the PyTorch reference to the last image. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { accuracyOf } from './accuracy.ts';
import { mlpLogits, vitLogits } from './forward.ts';
import { readSafetensors } from './safetensors.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

interface Golden {
  tasks: { data: string; labels: number[] }[];
  accuracy: { per_task: number[]; joint: number[] };
}

/** A folded model of the reference, its tasks, and the accuracies that the reference measured. */
function golden(name: string) {
  const { tasks, accuracy }: Golden = JSON.parse(readFileSync(file(`fixtures/golden/${name}.json`), 'utf8'));
  return {
    tensors: readSafetensors(file(`fixtures/golden/${name}.folded.safetensors`)).tensors,
    tasks: tasks.map(({ data, labels }) => ({ images: file(`${data}`), labels })),
    accuracy: { perTask: accuracy.per_task, joint: accuracy.joint },
  };
}

it.each(['mlp-full-first', 'mlp-low-rank-average'])('%s reaches the accuracies of the reference', (name) => {
  const { tensors, tasks, accuracy } = golden(name);
  expect(accuracyOf((image) => mlpLogits(tensors, image), tasks)).toEqual(accuracy);
});

// Of the first task only, as plain loops take their time; the images of the second would check the same code again.
it('vit-full-first reaches the accuracy of the reference', () => {
  const { tensors, tasks, accuracy } = golden('vit-full-first');
  const { perTask, joint } = accuracyOf((image) => vitLogits(tensors, image, 4), tasks.slice(0, 1));
  expect([...perTask, ...joint]).toEqual([accuracy.perTask[0], accuracy.joint[0]]);
});
