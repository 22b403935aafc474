/** A researcher's whole way: files, a fact that weights cannot tell, three methods, a look at their mistakes, the file that is kept. */
import { readFile } from 'node:fs/promises';
import { accuracyOf } from './support/accuracy.ts';
import { vitLogits } from './support/forward.ts';
import { readSafetensors } from './support/safetensors.ts';
import {
  choose,
  drop,
  exportFile,
  openStudio,
  openTrainingOptions,
  readAccuracies,
  runToEnd,
  save,
  setNumber,
  trainOn,
  vitTasks,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

test('two ViTs: heads set by hand, three methods, their mistakes, an export', async ({ page }) => {
  await openStudio(page);
  await drop(page, 'vit/vit-mnist.safetensors', 'vit/vit-fashion-mnist.safetensors');
  await drop(page, 'images/mnist.npz', 'images/fashion-mnist.npz');

  await test.step('heads', async () => {
    const sources = page.getByTestId('source-list').getByRole('listitem');
    for (const [index, file] of ['vit-mnist', 'vit-fashion-mnist'].entries()) {
      const source = sources.nth(index);
      await source.locator('details.facts > summary').click();
      const heads = source.getByRole('textbox', { name: 'Attention heads' });
      await expect(heads).toHaveValue('4');
      await heads.fill('5');
      await heads.blur();
      await expect(
        page.getByText(`${file}.safetensors cannot have 5 attention heads: they do not divide its width 64.`),
      ).toBeVisible();
      for (const value of [8, 4]) {
        await heads.fill(String(value));
        await heads.blur();
        await expect(source.locator('details.facts > summary')).toContainText(`${value} heads`);
      }
      await expect(source.locator('details.facts')).toContainText('set by you');
    }
  });

  const method = page.getByRole('combobox', { name: 'Method', exact: true });
  await test.step('three methods', async () => {
    await trainOn(page, 200);
    for (const name of ['Average', 'RegMean']) {
      await method.selectOption({ label: name });
      await runToEnd(page);
      await page.getByRole('button', { name: /Method/ }).click();
    }
    await method.selectOption({ label: 'FS-Merge' });
    await choose(page, 'first');
    await openTrainingOptions(page);
    await setNumber(page, 'Learning rate', 2e-3);
    await setNumber(page, 'Epochs', 6);
    await expect(page.getByTestId('run-time')).toHaveText(/^about \S+\ss of training \(\S+\sm?s a step, measured\)$/);
    await runToEnd(page);
  });
  const shown = await readAccuracies(page, 2);

  await test.step('compare', async () => {
    await page.getByRole('tab', { name: 'Compare' }).click();
    const table = page.getByTestId('compare-table');
    const joint = async (name: RegExp) => {
      const cells = await table.getByRole('row', { name }).getByRole('cell').allTextContents();
      return Number.parseFloat(cells[2] ?? '');
    };
    expect(await joint(/^FS-Merge/)).toBeGreaterThan((await joint(/^Average/)) + 20);
    expect(await joint(/^RegMean/)).toBeGreaterThan(await joint(/^Average/));
  });

  await test.step('misread images', async () => {
    const section = page.getByRole('region', { name: 'A closer look' });
    const models = section.getByRole('combobox', { name: 'Model' });
    const merged = (await models.locator('option').allTextContents()).find((name) => name.startsWith('FS-Merge'));
    await models.selectOption({ label: merged ?? '' });
    await section.getByRole('button', { name: 'Show mistakes' }).click();
    const misread = page.getByTestId('mistakes').getByRole('list', { name: /^Misread images/ });
    await expect(misread.first().getByRole('img').first()).toBeVisible();
    await expect(misread).toHaveCount(2);
  });

  await test.step('export', async () => {
    const { tensors } = readSafetensors(await exportFile(page));
    const independent = accuracyOf((image) => vitLogits(tensors, image, 4), vitTasks);
    for (const [task, accuracy] of shown.perTask.entries()) expect(independent.perTask[task]).toBeCloseTo(accuracy, 2);
  });

  await test.step('recipe and report', async () => {
    const recipe = JSON.parse(await readFile(await save(page, 'Save the recipe', /\.recipe\.json$/), 'utf8'));
    expect(recipe.sources).toHaveLength(2);
    expect(recipe.method).toMatchObject({ name: 'fs-merge', initialisation: 'first', learningRate: 2e-3, epochs: 6 });
    const report = await readFile(await save(page, 'Save a report', /\.html$/), 'utf8');
    expect(report).toContain(`${(100 * shown.joint).toFixed(1)}`);
    expect(report).toContain('<svg');
  });
});
