/** Two ViT checkpoints (.safetensors) are dropped, merged and exported. */

import { accuracyOf } from './support/accuracy.ts';
import { vitLogits } from './support/forward.ts';
import { readSafetensors } from './support/safetensors.ts';
import {
  drop,
  lossCurve,
  openStudio,
  openTrainingOptions,
  readAccuracies,
  runState,
  setNumber,
  vitTasks,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

test('two ViTs on different data become one', async ({ page }) => {
  await openStudio(page);
  await drop(page, 'vit/vit-mnist.safetensors', 'vit/vit-fashion-mnist.safetensors');
  await expect(page.getByTestId('source-list')).toContainText('4 blocks · width 64 · patch 7');
  await expect(page.getByTestId('source-list')).toContainText('4 heads');
  await drop(page, 'images/mnist.npz', 'images/fashion-mnist.npz');
  await page.getByRole('radio', { name: 'full', exact: true }).check({ force: true });
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', 2);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(runState(page)).toHaveText(/done/, { timeout: 240_000 });
  const curve = await lossCurve(page);
  expect(curve.at(-1)).toBeLessThan((curve[0] ?? 0) / 2);
  const shown = await readAccuracies(page, 2);
  expect(shown.perTask[0]).toBeGreaterThan(0.9);
  expect(shown.perTask[1]).toBeGreaterThan(0.5);

  await page.getByRole('tab', { name: 'Export' }).click();
  const download = page.waitForEvent('download');
  await page.getByTestId('export').click();
  const { tensors } = readSafetensors(await (await download).path());
  expect(tensors.get('head.weight')?.shape).toEqual([20, 64]);
  const independent = accuracyOf((image) => vitLogits(tensors, image, 4), vitTasks);
  for (const [index, accuracy] of shown.perTask.entries()) expect(independent.perTask[index]).toBeCloseTo(accuracy, 2);
  const joint = independent.joint.reduce((sum, value) => sum + value, 0) / independent.joint.length;
  expect(joint).toBeCloseTo(shown.joint, 2);
});
