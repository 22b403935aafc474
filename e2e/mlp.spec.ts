/** Two MLP checkpoints (.pt) are dropped, merged, steered, looked at, compared and exported. */

import { accuracyOf } from './support/accuracy.ts';
import { mlpLogits } from './support/forward.ts';
import { readSafetensors } from './support/safetensors.ts';
import {
  demoFile,
  drop,
  lossCurve,
  openStudio,
  openTrainingOptions,
  readAccuracies,
  runState,
  setNumber,
  shownStep,
  task,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

test.beforeEach(async ({ page }) => {
  await openStudio(page);
  await drop(page, 'mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt', 'images/mnist.npz');
  await expect(page.getByTestId('source-list')).toContainText('MLP · 784 inputs · hidden 128 + 128 · 5 classes');
  await task(page, 0).getByRole('button', { name: '0–4' }).click();
  await task(page, 1).getByRole('textbox', { name: 'Labels' }).fill('5-9');
  await page.getByRole('radio', { name: 'average', exact: true }).check({ force: true });
  await page.getByRole('radio', { name: 'full', exact: true }).check({ force: true });
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 64);
});

test('the loss falls, the export does what the page showed', async ({ page }) => {
  await setNumber(page, 'Epochs', 8);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(runState(page)).toHaveText(/done/, { timeout: 120_000 });
  const curve = await lossCurve(page);
  expect(curve[0]).toBeGreaterThan(0.5);
  expect(curve.at(-1)).toBeLessThan((curve[0] ?? 0) / 10);
  await expect(page.getByTestId('run-step')).toHaveText('step 256 of 256');

  const shown = await readAccuracies(page, 2);
  expect(Math.min(...shown.perTask)).toBeGreaterThan(0.97);
  expect(shown.joint).toBeGreaterThan(0.9);

  await page.getByRole('tab', { name: 'Matrices' }).click();
  await expect(page.getByTestId('matrix-list').getByRole('button')).toHaveCount(4);
  await page.getByTestId('heatmap').hover({ position: { x: 20, y: 20 } });
  await expect(page.getByTestId('matrix-readout')).toContainText(/row \d+/i);

  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Run all baselines' }).click();
  const table = page.getByTestId('compare-table');
  await expect(table.getByRole('row')).toHaveCount(12, { timeout: 120_000 });
  await expect(table.getByRole('row', { name: /^Average/ })).toContainText('75.');
  await expect(table.getByRole('row', { name: /^Ensemble/ })).toContainText('92.');

  await page.getByRole('tab', { name: 'Export' }).click();
  const download = page.waitForEvent('download');
  await page.getByTestId('export').click();
  const file = await (await download).path();
  const { tensors, metadata } = readSafetensors(file);
  expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
    ['0.weight', [128, 784]],
    ['0.bias', [128]],
    ['2.weight', [128, 128]],
    ['2.bias', [128]],
    ['4.weight', [10, 128]],
    ['4.bias', [10]],
  ]);
  expect(JSON.parse(metadata.fs_merge_recipe ?? '')).toMatchObject({ method: { kind: 'full', epochs: 8 }, seed: 1 });
  const images = demoFile('images/mnist.npz');
  const independent = accuracyOf(
    (image) => mlpLogits(tensors, image),
    [
      { images, labels: [0, 1, 2, 3, 4] },
      { images, labels: [5, 6, 7, 8, 9] },
    ],
  );
  for (const [index, accuracy] of shown.perTask.entries()) expect(independent.perTask[index]).toBeCloseTo(accuracy, 2);
  await expect(page.getByTestId('export-report')).toBeVisible();
  const report = (await page.getByTestId('export-joint').textContent()) ?? '';
  expect(Number.parseFloat(report) / 100).toBeCloseTo(shown.joint, 3);
});

test('a run is paused, stepped, resumed and stopped', async ({ page }) => {
  await setNumber(page, 'Epochs', 400);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect.poll(() => shownStep(page)).toBeGreaterThan(3);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(runState(page)).toHaveText(/paused/);
  const paused = await shownStep(page);
  await page.waitForTimeout(500);
  expect(await shownStep(page)).toBe(paused);
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(() => shownStep(page)).toBe(paused + 1);
  await expect(runState(page)).toHaveText(/paused/);
  await page.keyboard.press('s');
  await expect.poll(() => shownStep(page)).toBe(paused + 2);
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect.poll(() => shownStep(page)).toBeGreaterThan(paused + 5);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(runState(page)).toHaveText(/stopped/, { timeout: 60_000 });
  expect(await shownStep(page)).toBeLessThan(2000);
  const { perTask } = await readAccuracies(page, 2);
  expect(Math.min(...perTask)).toBeGreaterThan(0.5);
});
