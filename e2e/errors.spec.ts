/** Bad input: each is told where it belongs, and what is loaded stays. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dropFiles } from './support/drop-files.ts';
import { demoFile, drop, openStudio } from './support/studio.ts';
import { expect, test } from './support/test.ts';

const folder = mkdtempSync(join(tmpdir(), 'bad-'));
test.afterAll(() => rmSync(folder, { recursive: true }));

function badFile(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** The demo ViT with one number of one tensor overwritten. */
function vitWith(value: number): Uint8Array {
  const bytes = Uint8Array.from(readFileSync(demoFile('vit/vit-mnist.safetensors')));
  new DataView(bytes.buffer).setFloat32(bytes.length - 4000, value, true);
  return bytes;
}

const fixture = (path: string) => fileURLToPath(new URL(`../fixtures/formats/${path}`, import.meta.url));

test.beforeEach(async ({ page }) => {
  await openStudio(page);
  await drop(page, 'vit/vit-mnist.safetensors', 'images/mnist.npz');
  await expect(page.getByTestId('source-list').getByRole('listitem')).toHaveCount(1);
});

const files: [string, () => string, RegExp][] = [
  [
    'a truncated checkpoint',
    () => badFile('cut.safetensors', readFileSync(demoFile('vit/vit-mnist.safetensors')).subarray(0, 200_000)),
    /cut\.safetensors/,
  ],
  [
    'a foreign file',
    () => badFile('notes.txt', new TextEncoder().encode('This is no checkpoint at all.')),
    /notes\.txt/,
  ],
  ['a pickle that calls a shell', () => fixture('calls-a-shell.pt'), /calls-a-shell\.pt.*posix\.system/s],
];

for (const [what, make, message] of files) {
  test(`${what} is refused by name, and the rest stays`, async ({ page }) => {
    await dropFiles(page, 'main', [make()]);
    const note = page.getByTestId('error-note').filter({ hasText: message });
    await expect(note).toBeVisible();
    await expect(page.getByTestId('source-list').getByRole('listitem')).toHaveCount(1);
    await note.getByRole('button').click();
    await expect(note).toHaveCount(0);
  });
}

test('sources of two kinds cannot run, and the page says why', async ({ page }) => {
  await drop(page, 'mlp/mlp-mnist-0to4.pt');
  await expect(
    page.getByText('vit-mnist.safetensors is a vision transformer, mlp-mnist-0to4.pt is an MLP.'),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeDisabled();
});

test('a weight that is no number is found before the run, by tensor', async ({ page }) => {
  await dropFiles(page, 'main', [badFile('diverged.safetensors', vitWith(Number.NaN))]);
  await expect(
    page.getByText(/"[\w.]+" in diverged\.safetensors has 1 value that is not a finite number/),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeDisabled();
  await expect(page.getByTestId('source-list').getByRole('listitem')).toHaveCount(2);
});

test('a task without images and labels outside the head are told', async ({ page }) => {
  await drop(page, 'vit/vit-fashion-mnist.safetensors');
  await page.getByRole('combobox', { name: 'Images of vit-fashion-mnist' }).selectOption('no images');
  await expect(page.getByText(/"vit-fashion-mnist" .* has no images/)).toBeVisible();
  await page.getByRole('textbox', { name: 'Labels' }).first().fill('0-10');
  await expect(page.getByText(/names 11 labels of mnist\.npz, but its head has 10 classes/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeDisabled();
});
