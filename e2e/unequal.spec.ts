/** ViTs of unequal depth, and merged networks narrower and wider than the sources, from files to an export that runs. */

import { accuracyOf } from './support/accuracy.ts';
import { dropFiles } from './support/drop-files.ts';
import { vitLogits } from './support/forward.ts';
import { readSafetensors, writeSafetensors } from './support/safetensors.ts';
import {
  choose,
  demoFile,
  drop,
  exportFile,
  lossCurve,
  openStudio,
  openTrainingOptions,
  readAccuracies,
  runToEnd,
  setNumber,
  trainOn,
  vitTasks,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

/** The ViT of the demo without its last block: a ViT of 3 blocks. */
function shallowVit(): string {
  const { tensors } = readSafetensors(demoFile('vit/vit-mnist.safetensors'));
  const path = test.info().outputPath('vit-mnist-3-blocks.safetensors');
  writeSafetensors(path, new Map([...tensors].filter(([name]) => !name.startsWith('blocks.3.'))));
  return path;
}

test('a ViT of 3 blocks and one of 4 become one of 4', async ({ page }) => {
  await openStudio(page);
  await dropFiles(page, 'main', [shallowVit(), demoFile('vit/vit-fashion-mnist.safetensors')]);
  await drop(page, 'images/mnist.npz', 'images/fashion-mnist.npz');
  await expect(page.getByTestId('source-list')).toContainText('3 blocks · width 64');
  await choose(page, 'spread');
  await trainOn(page, 300);
  await choose(page, 'full');
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', 3);
  await runToEnd(page);
  const curve = await lossCurve(page);
  expect(curve.at(-1)).toBeLessThan((curve[0] ?? 0) / 2);
  const shown = await readAccuracies(page, 2);
  const { tensors } = readSafetensors(await exportFile(page));
  expect(tensors.has('blocks.3.mlp.fc2.weight')).toBe(true);
  expect(tensors.has('blocks.4.norm1.weight')).toBe(false);
  const independent = accuracyOf((image) => vitLogits(tensors, image, 4), vitTasks);
  for (const [index, accuracy] of shown.perTask.entries()) expect(independent.perTask[index]).toBeCloseTo(accuracy, 2);
});

const sizes = [
  { what: 'narrower', width: 32, heads: 2 },
  { what: 'wider', width: 80, heads: 5 },
];

for (const { what, width, heads } of sizes) {
  test(`a merged ViT ${what} than its sources`, async ({ page }) => {
    await openStudio(page);
    await drop(page, 'vit/vit-mnist.safetensors', 'vit/vit-fashion-mnist.safetensors');
    await drop(page, 'images/mnist.npz', 'images/fashion-mnist.npz');
    await trainOn(page, 300);
    await page.getByTestId('merged-size').locator('summary').click();
    await setNumber(page, 'Merged width', width);
    await expect(page.getByText(/with a diagonal need sources and merged network of one width/)).toBeVisible();
    await choose(page, 'full');
    await setNumber(page, 'Merged heads', heads);
    await openTrainingOptions(page);
    await setNumber(page, 'Learning rate', 2e-3);
    await setNumber(page, 'Batch', 64);
    await setNumber(page, 'Epochs', 3);
    await runToEnd(page);
    const curve = await lossCurve(page);
    expect(curve.at(-1)).toBeLessThan((curve[0] ?? 0) / 1.5);
    const shown = await readAccuracies(page, 2);
    const { tensors } = readSafetensors(await exportFile(page));
    expect(tensors.get('head.weight')?.shape).toEqual([20, width]);
    expect(tensors.get('blocks.0.mlp.fc1.weight')?.shape).toEqual([2 * width, width]);
    const independent = accuracyOf((image) => vitLogits(tensors, image, heads), vitTasks);
    for (const [index, accuracy] of shown.perTask.entries()) {
      expect(independent.perTask[index]).toBeCloseTo(accuracy, 2);
    }
    await expect(page.getByTestId('export-report')).toBeVisible();
  });
}
