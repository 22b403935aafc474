/** Options of the method that the other journeys do not take: reached from the cards, run in the worker, seen on the page. */

import { copyFileSync } from 'node:fs';
import { dropFiles } from './support/drop-files.ts';
import { readSafetensors } from './support/safetensors.ts';
import {
  choose,
  demoFile,
  drop,
  exportFile,
  lossCurve,
  openMlpPair,
  openStudio,
  openTrainingOptions,
  readAccuracies,
  runToEnd,
  setNumber,
  task,
  trainOn,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

const mlps = ['mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt'];

async function mlpPair(page: Parameters<typeof openStudio>[0]): Promise<void> {
  await openMlpPair(page);
  await choose(page, 'average');
  await choose(page, 'full');
}

test('attention heads, inner features and frozen LayerNorms on ViTs', async ({ page }) => {
  await openStudio(page);
  await drop(page, 'vit/vit-mnist.safetensors', 'vit/vit-fashion-mnist.safetensors');
  await drop(page, 'images/mnist.npz', 'images/fashion-mnist.npz');
  await trainOn(page, 200);
  await choose(page, 'attention heads');
  await choose(page, 'inner features');
  await expect(page.getByText('The objective "inner" has no blocks to compare.')).toBeVisible();
  await page.getByRole('button', { name: 'Add a block' }).click();
  await page.getByRole('button', { name: 'Add a block' }).click();
  await setNumber(page, 'Block of inner feature 2', 3);
  await setNumber(page, 'Weight of inner feature 2', 0.5);
  await openTrainingOptions(page);
  await choose(page, 'frozen');
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', 3);
  await runToEnd(page);
  const curve = await lossCurve(page);
  expect(curve.at(-1)).toBeLessThan(curve[0] ?? 0);
  const { tensors, metadata } = readSafetensors(await exportFile(page));
  const inner = [
    { block: 1, part: 'attention', weight: 1 },
    { block: 3, part: 'mlp', weight: 0.5 },
  ];
  const method = { kind: 'attention-heads', objective: 'inner', inner, freezeNorms: true };
  expect(JSON.parse(metadata.fs_merge_recipe ?? '')).toMatchObject({ method });
  const first = readSafetensors(demoFile('vit/vit-mnist.safetensors')).tensors;
  expect(tensors.get('blocks.2.norm1.weight')?.values).toEqual(first.get('blocks.2.norm1.weight')?.values);
});

test('augmented and validation images, and early stopping', async ({ page }) => {
  await mlpPair(page);
  for (const index of [0, 1]) {
    await task(page, index)
      .getByText(/augmented · .* for validation/)
      .click();
    await task(page, index).getByRole('textbox', { name: 'Augmented' }).fill('200');
    await task(page, index).getByRole('textbox', { name: 'Validation' }).fill('100');
  }
  await expect(page.getByRole('list', { name: 'Augmented images of mnist.npz' }).first().getByRole('img')).toHaveCount(
    10,
  );
  await page.getByRole('checkbox', { name: 'flip' }).uncheck();
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 1e-3);
  await choose(page, 'constant');
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Measure every', 10);
  await setNumber(page, 'Patience', 2);
  await setNumber(page, 'Epochs', 300);
  await runToEnd(page);
  const panel = page.getByRole('region', { name: 'Reconstruction loss' });
  await panel.getByText('Show as table').click();
  await expect(panel.getByRole('table', { name: /validation loss/ })).toBeVisible();
  const step = (await page.getByTestId('run-step').textContent()) ?? '';
  const [taken = 0, planned = 0] = (step.match(/[\d,]+/g) ?? []).map((text) => Number(text.replace(',', '')));
  expect(taken).toBeGreaterThanOrEqual(20);
  expect(taken).toBeLessThan(planned);
  expect(Math.min(...(await readAccuracies(page, 2)).perTask)).toBeGreaterThan(0.95);
});

test('three sources, one after the other', async ({ page }) => {
  await mlpPair(page);
  const third = test.info().outputPath('mlp-again.pt');
  copyFileSync(demoFile('mlp/mlp-mnist-0to4.pt'), third);
  await dropFiles(page, 'main', [third]);
  await task(page, 2).getByRole('textbox', { name: 'Labels' }).fill('0-4');
  await trainOn(page, 200);
  await choose(page, 'sequential');
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', 6);
  await runToEnd(page);
  // 400 images, then 600, in batches of 64.
  await expect(page.getByTestId('run-step')).toHaveText(`step ${6 * (7 + 10)} of ${6 * (7 + 10)}`);
  expect(Math.min(...(await readAccuracies(page, 3)).perTask)).toBeGreaterThan(0.85);
  await page.getByRole('tab', { name: 'Matrices' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'merge so far' })).toBeVisible();
  await page
    .getByTestId('matrix-list')
    .getByRole('button', { name: /features/ })
    .click();
  await expect(page.getByTestId('matrix-size')).toHaveText(/128 × 384/);
  const { tensors } = readSafetensors(await exportFile(page));
  expect(tensors.get('4.weight')?.shape).toEqual([15, 128]);
});

test('a SuperNet is saved, looked at without its sources, folded and trained further', async ({ page }) => {
  await mlpPair(page);
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', 4);
  await runToEnd(page);
  const before = await readAccuracies(page, 2);
  const lossBefore = (await lossCurve(page))[0] ?? 0;
  const saved = await exportFile(page, 'save-supernet');
  expect([...readSafetensors(saved).tensors.keys()]).toContain('layers.1.U.full');

  await openStudio(page);
  await dropFiles(page, 'main', [saved]);
  await expect(page.getByTestId('matrix-size')).toHaveText(/256 × 128/);
  await expect(page.getByTestId('matrix-list').getByRole('button')).toHaveCount(4);

  await openStudio(page);
  await drop(page, ...mlps, 'images/mnist.npz');
  await dropFiles(page, 'main', [saved]);
  await expect(page.getByRole('radio', { name: 'warm', exact: true })).toBeChecked();
  await openTrainingOptions(page);
  await setNumber(page, 'Epochs', 0);
  await runToEnd(page);
  expect(await readAccuracies(page, 2)).toEqual(before);
  await page.getByRole('button', { name: /Method/ }).click();
  await openTrainingOptions(page);
  await setNumber(page, 'Epochs', 2);
  await runToEnd(page);
  expect((await lossCurve(page))[0]).toBeLessThan(lossBefore / 3);
});

test('the theory is checked on the sources', async ({ page }) => {
  await mlpPair(page);
  await page.getByText('Theory, checked on these sources').click();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  const theory = page.getByTestId('theory');
  await expect(theory).toContainText('rank 128 of 128');
  await expect(theory).toContainText('cut to rank 64');
  await expect(theory).toContainText('RegMean');
});
