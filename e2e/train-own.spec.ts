/** Two networks are trained on chosen classes of the demo's images; they become sources, are merged and exported. */

import { accuracyOf } from './support/accuracy.ts';
import { expectAccessible } from './support/axe.ts';
import { dropFiles } from './support/drop-files.ts';
import { mlpLogits } from './support/forward.ts';
import { greyImages, writeImageFolder } from './support/image-files.ts';
import { readSafetensors } from './support/safetensors.ts';
import {
  demoFile,
  exportFile,
  openStudio,
  readAccuracies,
  runToEnd,
  setNumber,
  share,
  task,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

const images = demoFile('images/mnist.npz');

test('two MLPs on chosen classes, by keyboard alone, then merged and exported', async ({ page }) => {
  await openStudio(page);
  await page.getByTestId('train-own').focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Train two of your own' });
  const first = dialog.getByRole('group', { name: 'Classes of network 1' });
  const second = dialog.getByRole('group', { name: 'Classes of network 2' });
  await expect(first.getByRole('checkbox')).toHaveCount(10);
  await expect(first.getByRole('checkbox', { checked: true })).toHaveCount(5);

  await expectAccessible(page, 'choosing what to train');

  // Network 1 learns 0–3, network 2 learns 3–9: class 3 is in both.
  await first.getByRole('checkbox', { name: '4', exact: true }).focus();
  await page.keyboard.press('Space');
  for (const label of ['3', '4']) {
    await second.getByRole('checkbox', { name: label, exact: true }).focus();
    await page.keyboard.press('Space');
  }
  await dialog.getByRole('button', { name: 'Train both' }).focus();
  await page.keyboard.press('Enter');
  const done = dialog.getByRole('button', { name: 'Go on to the merge' });
  await expect(done).toBeVisible({ timeout: 120_000 });
  const alone = await Promise.all(
    [0, 1].map(async (index) => share((await page.getByTestId(`own-accuracy-${index}`).textContent()) ?? '')),
  );
  expect(Math.min(...alone)).toBeGreaterThan(0.9); // chance: 0.25 and 0.14

  await expectAccessible(page, 'trained');

  // What is downloaded is what was trained, for a reader of its own.
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Network 2: download mnist 3–9, seed 2' }).click();
  const { tensors, metadata } = readSafetensors(await (await download).path());
  const labels = [3, 4, 5, 6, 7, 8, 9];
  expect(JSON.parse(metadata.fs_merge_facts ?? '')).toMatchObject({ activation: 'relu', labels: labels.map(String) });
  const independent = accuracyOf((image) => mlpLogits(tensors, image), [{ images, labels }]);
  expect(independent.perTask[0]).toBeCloseTo(alone[1] ?? 0, 2);

  await done.press('Enter');
  await expect(dialog).toBeHidden();
  const sources = page.getByTestId('source-list');
  await expect(sources).toContainText('MLP · 784 inputs · hidden 128 + 128 · 4 classes');
  await expect(sources).toContainText('MLP · 784 inputs · hidden 128 + 128 · 7 classes');
  await expect(task(page, 0).getByRole('textbox', { name: 'Labels' })).toHaveValue('0–3');
  await expect(task(page, 1).getByRole('textbox', { name: 'Labels' })).toHaveValue('3–9');

  // The options of the demos, unless a person has chosen others.
  await runToEnd(page);
  const shown = await readAccuracies(page, 2);
  expect(Math.min(...shown.perTask)).toBeGreaterThan(0.88);
  const merged = readSafetensors(await exportFile(page));
  expect(merged.tensors.get('4.weight')?.shape).toEqual([11, 128]);
  const both = accuracyOf(
    (image) => mlpLogits(merged.tensors, image),
    [
      { images, labels: [0, 1, 2, 3] },
      { images, labels },
    ],
  );
  for (const [index, accuracy] of shown.perTask.entries()) expect(both.perTask[index]).toBeCloseTo(accuracy, 2);
});

test('bad choices are told before anything runs; a ViT is stopped and kept; a training keeps runs from starting', async ({
  page,
}) => {
  await openStudio(page);
  await page.getByRole('button', { name: 'train two small networks' }).click();
  const dialog = page.getByRole('dialog', { name: 'Train two of your own' });
  const begin = dialog.getByRole('button', { name: 'Train both' });
  await dialog.getByRole('combobox', { name: 'Images' }).selectOption({ label: 'Fashion-MNIST: pictures of clothes' });
  await expect(dialog.getByRole('combobox', { name: 'Images' })).toHaveValue('fashion-mnist.npz');
  await dialog.getByRole('button', { name: 'Network 2: none of the classes' }).click();
  await expect(dialog.getByRole('alert')).toContainText('No class of fashion-mnist.npz is chosen.');
  await expect(begin).toBeDisabled();
  const second = dialog.getByRole('group', { name: 'Classes of network 2' });
  await second.getByRole('checkbox').nth(7).check({ force: true });
  await expect(dialog.getByRole('alert')).toContainText('Only class 7');
  // The classes and the seed of network 1.
  await second.getByRole('checkbox').nth(7).uncheck({ force: true });
  for (let label = 0; label < 5; label++) await second.getByRole('checkbox').nth(label).check({ force: true });
  await setNumber(page, 'Seed of network 2', 1);
  await expect(dialog.getByRole('alert')).toContainText('both would be the same');
  await setNumber(page, 'Seed of network 2', 5);
  await expect(dialog.getByRole('alert')).toHaveCount(0);

  await dialog.getByRole('radio', { name: 'ViT' }).check({ force: true });
  await dialog.getByTestId('own-size').locator('summary').click();
  await dialog.getByRole('textbox', { name: 'Patch' }).fill('5');
  await expect(dialog.getByRole('alert')).toContainText('Patches of 5 px do not fill images of 28 px.');
  await expectAccessible(page, 'a size that does not go');
  await dialog.getByRole('textbox', { name: 'Patch' }).fill('7');
  await dialog.getByTestId('own-pace').locator('summary').click();
  await dialog.getByRole('textbox', { name: 'Epochs' }).fill('500');
  await begin.click();
  await expect(page.getByTestId('own-accuracy-1')).toHaveText(/%/, { timeout: 120_000 });
  await expectAccessible(page, 'training sources');

  await page.keyboard.press('Escape');
  await expect(page.getByTestId('train-own')).toHaveText(/Training two networks: \d+ %/);
  await expect(page.getByTestId('demo-mlp')).toBeDisabled();
  await page.getByTestId('train-own').click();
  await dialog.getByRole('button', { name: 'Stop and keep' }).click();
  await dialog.getByRole('button', { name: 'Go on to the merge' }).click({ timeout: 60_000 });
  const sources = page.getByTestId('source-list');
  await expect(sources).toContainText('fashion-mnist 0–4, seed 1.safetensors');
  await expect(sources).toContainText('fashion-mnist 0–4, seed 5.safetensors');
  await expect(sources).toContainText('ViT · 2 blocks · width 32 · patch 7 · 28 px · 5 classes');
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeEnabled();

  // Cancelled, a training leaves the sources as they are.
  await page.getByTestId('train-own').click();
  await dialog.getByRole('button', { name: 'Train again' }).click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog.getByRole('button', { name: 'Train both' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(sources.getByRole('listitem')).toHaveCount(2);
});

test('a folder of one’s own pictures, which are larger: its names become the classes', async ({ page }) => {
  await openStudio(page);
  const folder = test.info().outputPath('pets');
  const names = ['cat', 'dog', 'parrot', 'tortoise', 'hamster', 'rabbit', 'goldfish', 'a pony in the garden'];
  const { side, pixels, labels } = greyImages(demoFile('images/mnist.npz'), 'train', 500);
  const kept = labels.map((label, row) => ({ label, row })).filter(({ label }) => label < names.length);
  const pictures = kept.map(({ row }) => pixels.subarray(row * side * side, (row + 1) * side * side));
  const own = { side, pixels: Uint8Array.from(Buffer.concat(pictures)), labels: kept.map(({ label }) => label) };
  writeImageFolder(folder, own, names, 6);
  await dropFiles(page, 'main', [folder]);
  await expect(page.getByTestId('card-images')).toContainText('Loaded images: 1');

  await page.getByTestId('train-own').click();
  const dialog = page.getByRole('dialog', { name: 'Train two of your own' });
  await expect(dialog.getByRole('combobox', { name: 'Images' })).toHaveValue('pets');
  const second = dialog.getByRole('group', { name: 'Classes of network 2' });
  await expect(second.getByRole('checkbox')).toHaveCount(names.length);
  await expect(dialog.getByTestId('own-size').locator('summary')).toContainText('32 px');
  await dialog.getByRole('button', { name: 'Network 2: all classes' }).click();
  await dialog.getByRole('button', { name: 'Train both' }).click();
  await dialog.getByRole('button', { name: 'Go on to the merge' }).click({ timeout: 60_000 });

  const sources = page.getByTestId('source-list');
  await expect(sources).toContainText('MLP · 1,024 inputs · hidden 128 + 128 · 4 classes');
  await expect(sources).toContainText('pets 0–7, seed 2.safetensors');
  await expect(task(page, 1)).toContainText('8 labels for 8 classes, in their order: a pony in the garden, cat');
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeEnabled();
});
