/** Every method of the field, from the card and from the comparison, on the same sources and images. */
import { copyFileSync } from 'node:fs';
import { dropFiles } from './support/drop-files.ts';
import { readSafetensors } from './support/safetensors.ts';
import {
  choose,
  demoFile,
  exportFile,
  lossCurve,
  openMlpPair,
  openTrainingOptions,
  readAccuracies,
  runToEnd,
  setNumber,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

type Page = Parameters<typeof openMlpPair>[0];

const chooseMethod = (page: Page, label: string) =>
  page.getByRole('combobox', { name: 'Method', exact: true }).selectOption({ label });

/** "84.7 %" of a row's last task column. */
async function joint(page: Page, name: RegExp): Promise<number> {
  const cells = await page.getByTestId('compare-table').getByRole('row', { name }).getByRole('cell').allTextContents();
  return Number.parseFloat(cells[2] ?? '') / 100;
}

test('one button runs every method without training, each with a row', async ({ page }) => {
  await openMlpPair(page);
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Run all baselines' }).click();
  const table = page.getByTestId('compare-table');
  const names = [
    'Ensemble',
    'Average',
    'SLERP',
    'RegMean',
    'Git Re-Basin',
    'Activation matching',
    'ZipIt!',
    'OT fusion',
  ];
  await expect(table.getByRole('row')).toHaveCount(1 + 2 + names.length, { timeout: 120_000 });
  for (const name of names) await expect(table.getByRole('rowheader', { name, exact: true })).toBeVisible();
  // RegMean and ZipIt! read the features, and beat the plain average by far.
  expect(await joint(page, /^RegMean/)).toBeGreaterThan((await joint(page, /^Average/)) + 0.05);
  expect(await joint(page, /^ZipIt!/)).toBeGreaterThan((await joint(page, /^Average/)) + 0.1);
  await page.getByRole('button', { name: 'Measure', exact: true }).click();
  const look = page.getByTestId('closer-look');
  await expect(look.getByRole('table', { name: /under distribution shift/ }).getByRole('row')).toHaveCount(16);
  const beside = look.getByRole('table', { name: /beside its sources/ });
  await expect(beside.getByRole('row', { name: /^sources’ accuracy/ })).toContainText('92.6');
  await expect(beside.getByRole('row', { name: /^reconstruction/ })).toContainText('%');
  await page.getByRole('button', { name: 'Show mistakes' }).click();
  const mistakes = page.getByTestId('mistakes');
  await expect(mistakes.getByRole('table', { name: /confusion/ }).getByRole('row')).toHaveCount(12);
});

test('a distillation trains, draws its loss and exports', async ({ page }) => {
  await openMlpPair(page);
  await chooseMethod(page, 'Distillation');
  await choose(page, 'average');
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 1e-3);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', 6);
  await runToEnd(page);
  const curve = await lossCurve(page);
  expect(curve.at(-1)).toBeLessThan((curve[0] ?? 0) / 3);
  expect(Math.min(...(await readAccuracies(page, 2)).perTask)).toBeGreaterThan(0.95);
  const { tensors, metadata } = readSafetensors(await exportFile(page));
  expect(tensors.get('4.weight')?.shape).toEqual([10, 128]);
  expect(JSON.parse(metadata.fs_merge_recipe ?? '')).toMatchObject({ method: { name: 'distillation', epochs: 6 } });
});

test('task vectors ask for their base, and merge with it', async ({ page }) => {
  await openMlpPair(page);
  await chooseMethod(page, 'Task arithmetic');
  await expect(page.getByText('Task vectors need the checkpoint that all sources were fine-tuned from.')).toBeVisible();
  const base = test.info().outputPath('base.pt');
  copyFileSync(demoFile('mlp/mlp-mnist-0to4.pt'), base);
  await dropFiles(page, 'main', [base]);
  await expect(page.getByTestId('source-list').getByRole('listitem')).toHaveCount(3);
  await page.getByRole('combobox', { name: 'Base', exact: true }).selectOption('base.pt');
  await expect(page.getByTestId('source-list').getByRole('listitem')).toHaveCount(2);
  await setNumber(page, 'Scale', 1);
  await runToEnd(page);
  // The base is source 1, so the whole of source 2's task vector makes its body again.
  const row = page.getByTestId('compare-table').getByRole('row', { name: /^Task arithmetic/ });
  await expect(row).toContainText('98.6');
});
