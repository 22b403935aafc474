/** Checkpoints and images as people have them: folders, shards, files beside the weights, images by class. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from '@playwright/test';
import { dropFiles } from './support/drop-files.ts';
import { greyImages, writeIdx, writeImageFolder } from './support/image-files.ts';
import { demoFile, drop, openStudio, runToEnd, task } from './support/studio.ts';
import { expect, test } from './support/test.ts';

const fixture = (path: string) => fileURLToPath(new URL(`../fixtures/formats/${path}`, import.meta.url));
const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

const sources = (page: Page): Locator => page.getByTestId('source-list').locator('> li');

/** What is said about files that were not understood; problems of the recipe cannot be dismissed. */
const refusals = (page: Page): Locator => page.getByRole('button', { name: 'Dismiss' });

/** Unfolds what weights cannot tell. */
async function openFacts(source: Locator): Promise<void> {
  await source.locator('details.facts > summary').click();
}

/** Where the fact beside a control comes from. */
const originOf = (source: Locator, label: string): Locator =>
  source.getByLabel(label, { exact: true }).locator('xpath=following-sibling::*[1]');

test.beforeEach(({ page }) => openStudio(page));

test.describe('checkpoints', () => {
  test('a folder is understood as a whole: its config and preprocessor tell what weights cannot', async ({ page }) => {
    await dropFiles(page, 'main', [fixture('huggingface')]);
    const source = sources(page).first();
    await expect(source).toContainText('ViT · 4 blocks · width 64 · patch 7 · 28 px · 10 classes');
    await expect(source).toContainText('safetensors · Hugging Face ViT names · F32');
    await openFacts(source);
    await expect(source.getByLabel('LayerNorm ε')).toHaveValue('1e-6');
    await expect(originOf(source, 'LayerNorm ε')).toHaveText('from config.json');
    await expect(originOf(source, 'Attention heads')).toHaveText('from config.json');
    await expect(source.getByLabel('Pixels')).toHaveValue('0 to 1');
    await expect(originOf(source, 'Pixels')).toHaveText('from preprocessor_config.json');
    await expect(source.getByText('10: 0, 1, 2, …')).toBeVisible();
    await expect(refusals(page)).toHaveCount(0);
    await expect(sources(page)).toHaveCount(1);
  });

  test('a config that comes later still tells its source', async ({ page }) => {
    await dropFiles(page, 'main', [fixture('huggingface/model.safetensors')]);
    const source = sources(page).first();
    await openFacts(source);
    await expect(source.getByLabel('LayerNorm ε')).toHaveValue('1e-12');
    await expect(originOf(source, 'LayerNorm ε')).toHaveText('usual');
    await dropFiles(page, 'main', [fixture('huggingface/config.json')]);
    await expect(source.getByLabel('LayerNorm ε')).toHaveValue('1e-6');
    await expect(originOf(source, 'LayerNorm ε')).toHaveText('from config.json');
  });

  test('what is dropped before its checkpoint says that it waits', async ({ page }) => {
    await dropFiles(page, 'main', [fixture('huggingface/config.json')]);
    await expect(page.getByTestId('waiting')).toContainText('config.json waits for a checkpoint');
    await dropFiles(page, 'main', [fixture('huggingface/model.safetensors')]);
    await expect(sources(page)).toHaveCount(1);
    await expect(page.getByTestId('waiting')).toHaveCount(0);
  });

  test('shards and their index are one source', async ({ page }) => {
    const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    await dropFiles(
      page,
      'main',
      [...shards, 'model.safetensors.index.json'].map((file) => fixture(`sharded/${file}`)),
    );
    await expect(sources(page)).toHaveCount(1);
    await expect(sources(page)).toContainText('4 blocks · width 64');
    await sources(page)
      .getByText(/^Together with/)
      .click();
    for (const shard of shards) await expect(sources(page)).toContainText(shard);
    await expect(refusals(page)).toHaveCount(0);
  });

  test('a pickled module and a wrapped state dict are sources like others', async ({ page }) => {
    await dropFiles(page, 'main', [fixture('whole-module-mlp.pt'), fixture('wrapped-data-parallel.pth')]);
    await expect(sources(page)).toHaveCount(2);
    await expect(sources(page).filter({ hasText: 'MLP · 784 inputs · hidden 128 + 128 · 5 classes' })).toHaveCount(1);
    await expect(sources(page).filter({ hasText: 'timm names below module.' })).toHaveCount(1);
  });

  test('an embedding gets its classes from texts or from labels', async ({ page }) => {
    await dropFiles(page, 'main', [fixture('open-clip-visual.pt'), fixture('clip-texts.npy')]);
    await drop(page, 'images/mnist.npz');
    await expect(sources(page)).toContainText('embedding of 16');
    await expect(task(page, 0)).toContainText('10 labels, a class each');
    await page.getByLabel('Classes from').selectOption('clip-texts.npy (10 × 16)');
    await expect(task(page, 0)).toContainText('10 labels for 10 classes');
    await page.getByText('Loaded text embeddings: 1').click();
    await page.getByRole('button', { name: 'Remove clip-texts.npy' }).click();
    await expect(page.getByLabel('Classes from')).toHaveValue('');
    await expect(task(page, 0)).toContainText('10 labels, a class each');
  });
});

test('mean and deviation are chosen or written by hand', async ({ page }) => {
  await drop(page, 'vit/vit-mnist.safetensors');
  const source = sources(page).first();
  await openFacts(source);
  await expect(source.getByLabel('Pixels').getByRole('option')).toHaveText(['0 to 1', '±1 (0.5)']);
  await source.getByLabel('Pixels').selectOption('±1 (0.5)');
  await expect(source.getByLabel('Mean')).toHaveValue('0.5');
  await expect(originOf(source, 'Pixels')).toHaveText('set by you');

  await source.getByLabel('Mean').fill('0.1307');
  await source.getByLabel('Mean').press('Enter');
  await source.getByLabel('Deviation').fill('0');
  await expect(source.getByText('Write numbers above 0.')).toBeVisible();
  await source.getByLabel('Deviation').fill('0.3081');
  await source.getByLabel('Deviation').press('Enter');
  await expect(source.getByLabel('Pixels')).toHaveValue('');
  await expect(source.locator('details.facts > summary')).toContainText('pixels mean 0.1307 · std 0.3081');
});

test.describe('images', () => {
  test('a folder of images by class is matched by the names of the classes', async ({ page }) => {
    const folder = test.info().outputPath('named');
    mkdirSync(join(folder, 'digits'), { recursive: true });
    copyFileSync(fixture('huggingface/model.safetensors'), join(folder, 'model.safetensors'));
    const id2label = Object.fromEntries(names.map((name, index) => [index, name]));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'vit', layer_norm_eps: 1e-6, id2label }));
    writeImageFolder(join(folder, 'digits'), greyImages(demoFile('images/mnist.npz'), 'test', 200), names, 2);
    writeFileSync(join(folder, 'digits/.DS_Store'), 'not a picture');

    await dropFiles(page, 'main', [join(folder, 'model.safetensors'), join(folder, 'config.json')]);
    await dropFiles(page, 'main', [join(folder, 'digits')]);
    const first = task(page, 0);
    await expect(first).toContainText('converted: 32×32×1 → 28×28×1');
    await expect(first).toContainText('10 labels for 10 classes, in their order: zero, one, two, three');
    const alphabetical = [...names].sort();
    const byClass = names.map((name) => alphabetical.indexOf(name));
    await expect(first.getByRole('textbox', { name: 'Labels' })).toHaveValue(byClass.join(', '));
    await expect(first.getByRole('img', { name: 'image labelled seven' }).first()).toBeVisible();

    await first.getByRole('textbox', { name: 'Labels' }).fill('0-9');
    await expect(first).toContainText('in their order: eight, five');
    await first.getByRole('button', { name: 'match by name' }).click();
    await expect(first.getByRole('textbox', { name: 'Labels' })).toHaveValue(byClass.join(', '));

    await page.getByText('Loaded images: 1').click();
    await page.getByText('Images of each label').first().click();
    await expect(page.getByRole('row', { name: /^3 nine/ })).toBeVisible();
    await expect(refusals(page)).toHaveCount(0);
  });

  test('a pair of IDX files is one set of images, and a run measures on them', async ({ page }) => {
    const images = greyImages(demoFile('images/mnist.npz'), 'train', 1000);
    const paths = writeIdx(test.info().outputPath(), 'train', images);
    await drop(page, 'mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt');
    await dropFiles(page, 'main', paths);
    await expect(page.getByText('Loaded images: 1')).toBeVisible();
    await expect(refusals(page)).toHaveCount(0);
    await task(page, 0).getByRole('button', { name: '0–4' }).click();
    await task(page, 1).getByRole('textbox', { name: 'Labels' }).fill('5-9');
    await page.getByLabel('Method', { exact: true }).selectOption('ensemble');
    await runToEnd(page);
    await expect(page.getByTestId('compare-table').getByRole('row', { name: /^Ensemble/ })).toContainText(/9\d\.\d/);
  });
});
