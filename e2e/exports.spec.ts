/** A merged network in the formats that people load: what is written says what the page showed. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Download, Page } from '@playwright/test';
import * as ort from 'onnxruntime-web/wasm';
import { testImages } from './support/accuracy.ts';
import { dropFiles } from './support/drop-files.ts';
import type { Tensor } from './support/safetensors.ts';
import { readSafetensors, writeSafetensors } from './support/safetensors.ts';
import { demoFile, drop, openMlpPair, openStudio, runToEnd, share, task } from './support/studio.ts';
import { expect, test } from './support/test.ts';

const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const images = demoFile('images/mnist.npz');

/** Averages the sources, which takes no training, and shows the export. */
async function averageAndExport(page: Page): Promise<void> {
  await page.getByLabel('Method', { exact: true }).selectOption('average');
  await runToEnd(page);
  await page.getByRole('tab', { name: 'Export' }).click();
}

/** Clicks Download and waits for every file of the report; their paths by name. */
async function downloadAll(page: Page): Promise<Map<string, string>> {
  const downloads: Download[] = [];
  page.on('download', (download) => downloads.push(download));
  await page.getByTestId('export').click();
  const rows = page.getByTestId('export-report').getByRole('rowheader');
  await expect(rows.first()).toBeVisible({ timeout: 120_000 });
  const names = await rows.allTextContents();
  await expect.poll(() => downloads.length).toBe(names.length);
  const paths = new Map<string, string>();
  for (const download of downloads) {
    const path = test.info().outputPath(download.suggestedFilename());
    await download.saveAs(path);
    paths.set(download.suggestedFilename(), path);
  }
  expect([...paths.keys()].sort()).toEqual(names.sort());
  return paths;
}

const only = (paths: Map<string, string>): string => {
  expect(paths.size).toBe(1);
  return [...paths.values()][0] ?? '';
};

test('PyTorch in half precision: read back, it is as accurate, and says how far it was rounded', async ({ page }) => {
  await openMlpPair(page);
  await averageAndExport(page);
  await page.getByLabel('Format').selectOption('PyTorch (.pt)');
  await page.getByRole('radio', { name: 'F16', exact: true }).check({ force: true });
  const path = only(await downloadAll(page));
  expect(path).toMatch(/\.pt$/);
  expect(readFileSync(path).subarray(0, 2).toString()).toBe('PK');

  const report = page.getByTestId('export-report');
  await expect(report).toContainText('PyTorch (.pt), F16, nn.Sequential names');
  const rounding = Number(await page.getByTestId('export-weight-difference').textContent());
  expect(rounding).toBeGreaterThan(0);
  expect(rounding).toBeLessThan(1e-3);
  await expect(page.getByTestId('snippet')).toContainText('torch.load(');

  await page.getByLabel('Format').selectOption('NumPy (.npz)');
  await expect(page.getByRole('radio', { name: 'BF16', exact: true })).toHaveCount(0);
  await expect(page.getByText('Shards')).toHaveCount(0);
});

test('files are written into a folder that a person chooses', async ({ page }) => {
  // The browser's own dialog cannot be answered by a test; the folder is one of the page's private files.
  await page.addInitScript(() => {
    const choose = async () => (await navigator.storage.getDirectory()).getDirectoryHandle('merged', { create: true });
    Object.assign(window, { showDirectoryPicker: choose });
  });
  await openMlpPair(page);
  await averageAndExport(page);
  await page.getByTestId('export-folder').click();
  const report = page.getByTestId('export-report');
  await expect(report).toContainText('Written into the folder merged.');
  const [name = ''] = await report.getByRole('rowheader').allTextContents();
  const bytes = await page.evaluate(async (file) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('merged');
    return [...new Uint8Array(await (await (await folder.getFileHandle(file)).getFile()).arrayBuffer())];
  }, name);
  const path = test.info().outputPath(name);
  writeFileSync(path, Uint8Array.from(bytes));
  expect(readSafetensors(path).tensors.get('4.weight')?.shape).toEqual([10, 128]);
  await expect(page.getByTestId('export-difference')).toHaveText('0');
});

test('ONNX Runtime computes what the page measured', async ({ page }) => {
  await openMlpPair(page);
  await averageAndExport(page);
  await page.getByLabel('Format').selectOption('ONNX');
  await expect(page.getByLabel('Names')).toHaveCount(0);
  const path = only(await downloadAll(page));
  await expect(page.getByTestId('export-compared')).toContainText('every byte was compared');
  await expect(page.getByTestId('snippet')).toContainText('onnxruntime.InferenceSession(');

  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(readFileSync(path));
  const all = testImages(images, digits);
  const pixels = Float32Array.from(all.flatMap((image) => [...image.pixels]));
  const outputs = await session.run({ inputs: new ort.Tensor('float32', pixels, [all.length, 784]) });
  const logits = outputs.logits?.data as Float32Array;
  const right = all.filter(({ output }, row) => {
    const own = logits.subarray(10 * row, 10 * row + 10);
    return own.indexOf(Math.max(...own)) === output;
  });
  await page.getByRole('tab', { name: 'Compare' }).click();
  const row = page.getByTestId('compare-table').getByRole('row', { name: /^Average/ });
  const shown = (await row.getByRole('cell').allTextContents()).map(share);
  expect(shown.some((value) => Math.abs(value - right.length / all.length) < 1e-3)).toBe(true);
});

test('a ViT is given the names of another library, with its config', async ({ page }) => {
  await openStudio(page);
  await drop(page, 'vit/vit-mnist.safetensors', 'vit/vit-fashion-mnist.safetensors');
  await drop(page, 'images/mnist.npz', 'images/fashion-mnist.npz');
  await averageAndExport(page);
  await page.getByLabel('Names').selectOption('Hugging Face ViT');
  await expect(page.getByLabel('Format').getByRole('option', { name: 'TensorFlow.js' })).toBeDisabled();
  await page.getByText('Not possible here: TensorFlow.js').click();
  await expect(page.getByText(/TensorFlow.js: .*cannot hold a vision transformer/)).toBeVisible();
  const paths = await downloadAll(page);
  const weights = [...paths].find(([name]) => name.endsWith('.safetensors'))?.[1] ?? '';
  expect([...readSafetensors(weights).tensors.keys()]).toContain(
    'vit.encoder.layer.0.attention.attention.query.weight',
  );
  expect(JSON.parse(readFileSync(paths.get('config.json') ?? '', 'utf8'))).toMatchObject({ hidden_size: 64 });
  await expect(page.getByTestId('snippet')).toContainText('ViTForImageClassification');
  await expect(page.getByTestId('export-difference')).toHaveText('0');
});

test('large safetensors are written in shards with an index', async ({ page }) => {
  const [inner, outer] = [5000, 5100];
  const tensors = new Map<string, Tensor>([
    ['0.weight', noise([inner, 784], 0.05)],
    ['0.bias', noise([inner], 0.01)],
    ['2.weight', noise([outer, inner], 0.02)],
    ['2.bias', noise([outer], 0.01)],
    ['4.weight', noise([5, outer], 0.02)],
    ['4.bias', noise([5], 0.01)],
  ]);
  const files = ['wide-a', 'wide-b'].map((name) => test.info().outputPath(`${name}.safetensors`));
  for (const file of files) writeSafetensors(file, tensors);
  await openStudio(page);
  await dropFiles(page, 'main', files);
  await drop(page, 'images/mnist.npz');
  await task(page, 0).getByRole('button', { name: '0–4' }).click();
  await task(page, 1).getByRole('textbox', { name: 'Labels' }).fill('5-9');
  await averageAndExport(page);
  await page.getByRole('radio', { name: '100 MB', exact: true }).check({ force: true });
  const paths = await downloadAll(page);
  const index = JSON.parse(readFileSync([...paths].find(([name]) => name.endsWith('.index.json'))?.[1] ?? '', 'utf8'));
  expect(new Set(Object.values(index.weight_map)).size).toBe(3);
  const merged = new Map(
    [...paths].flatMap(([name, path]) => (name.endsWith('.json') ? [] : [...readSafetensors(path).tensors])),
  );
  expect(merged.get('0.weight')?.values.slice(0, 100)).toEqual(
    tensors.get('0.weight')?.values.slice(0, 100).map(Math.fround),
  );
  expect(merged.get('4.weight')?.shape).toEqual([10, outer]);

  await expect(page.getByTestId('export-difference')).toHaveText('0');
  await expect(page.getByTestId('snippet')).toContainText('-*-of-00003.safetensors');
});

/** Numbers that look random and are always the same. */
function noise(shape: number[], scale: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, values: Float64Array.from({ length: count }, (_, index) => scale * Math.sin(index * 12.9898)) };
}
