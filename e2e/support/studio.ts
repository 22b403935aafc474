/** A person's ways through the page, for the journeys. */
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from '@playwright/test';
import { appUrl } from './app.ts';
import { dropFiles } from './drop-files.ts';
import { expect, test } from './test.ts';

export const demoFile = (path: string): string => fileURLToPath(new URL(`../../public/demo/${path}`, import.meta.url));

/** Opens the studio and fails the test on anything that goes wrong where nobody looks. */
export async function openStudio(page: Page, url = appUrl()): Promise<void> {
  page.on('pageerror', (error) => {
    throw error;
  });
  page.on('console', (message) => {
    if (message.type() === 'error') throw new Error(`the page's console says: ${message.text()}`);
  });
  await page.goto(url);
  await expect(page.getByTestId('backend-label')).not.toHaveText(/choosing/);
}

/** The tasks of the demo's ViTs: whole files of images, and their labels. */
export const vitTasks = ['mnist', 'fashion-mnist'].map((name) => ({
  images: demoFile(`images/${name}.npz`),
  labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
}));

export const drop = (page: Page, ...paths: string[]): Promise<void> => dropFiles(page, 'main', paths.map(demoFile));

/** Opens the studio with the two digit experts and their images and labels. */
export async function openMlpPair(page: Page): Promise<void> {
  await openStudio(page);
  await drop(page, 'mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt', 'images/mnist.npz');
  await task(page, 0).getByRole('button', { name: '0–4' }).click();
  await task(page, 1).getByRole('textbox', { name: 'Labels' }).fill('5-9');
}

/** The list item of one task in the images card. */
export const task = (page: Page, index: number) =>
  page
    .getByTestId('task-list')
    .getByRole('listitem')
    .filter({
      has: page.getByRole('textbox', { name: 'Labels' }),
    })
    .nth(index);

export async function setNumber(page: Page, label: string, value: number): Promise<void> {
  const field = page.getByRole('textbox', { name: label, exact: true });
  await field.fill(String(value));
  await field.blur();
}

/** How many images every task trains on. */
export async function trainOn(page: Page, images: number): Promise<void> {
  for (const field of await page.getByRole('textbox', { name: 'Train on', exact: true }).all()) {
    await field.fill(String(images));
    await field.blur();
  }
}

/** One of the options that are shown as a row of words or pictures. */
export async function choose(page: Page, name: string): Promise<void> {
  const option = page.getByRole('radio', { name, exact: true });
  // The card may still move while the worker's answer to the last choice comes in, and the click then misses.
  await expect(() => option.check({ force: true, timeout: 2000 })).toPass({ timeout: 20_000 });
}

/** Starts the recipe and waits for its end. */
export async function runToEnd(page: Page, timeout = 240_000): Promise<void> {
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(runState(page)).toHaveText(/running|done/, { timeout: 60_000 });
  await expect(runState(page)).toHaveText(/done/, { timeout });
}

/** Exports the merged network; the path of the file. */
export async function exportFile(page: Page, button = 'export'): Promise<string> {
  await page.getByRole('tab', { name: 'Export' }).click();
  return downloadBy(page, page.getByTestId(button));
}

/** Presses a button that saves a file of such a name; the path of the file. Downloads from before may still come in. */
export const save = (page: Page, button: string, named: RegExp): Promise<string> =>
  downloadBy(page, page.getByRole('button', { name: button }), named);

async function downloadBy(page: Page, button: Locator, named = /./): Promise<string> {
  const download = page.waitForEvent('download', (one) => named.test(one.suggestedFilename()));
  await button.click();
  const file = await download;
  const path = test.info().outputPath(file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

/** Options of the training, which lie folded. */
export async function openTrainingOptions(page: Page): Promise<void> {
  await page
    .getByText(/^Training:/)
    .first()
    .click();
}

export const runState = (page: Page) => page.getByTestId('run-state');

/** "98.8 %" → 0.988 */
export const share = (text: string): number => Number.parseFloat(text) / 100;

export async function readAccuracies(page: Page, tasks: number): Promise<{ perTask: number[]; joint: number }> {
  const read = async (id: string) => share((await page.getByTestId(id).textContent()) ?? '');
  const perTask: number[] = [];
  for (let index = 0; index < tasks; index++) perTask.push(await read(`accuracy-task-${index}`));
  return { perTask, joint: await read('accuracy-joint') };
}

/** The curve that the loss chart draws, from the table behind it: losses from the first step to the last. */
export async function lossCurve(page: Page): Promise<number[]> {
  const panel = page.getByRole('region', { name: 'Reconstruction loss' });
  await panel.getByText('Show as table').click();
  const rows = panel.getByRole('row').filter({ has: page.getByRole('rowheader') });
  await expect(rows.first()).toBeVisible();
  return Promise.all((await rows.all()).map(async (row) => Number(await row.getByRole('cell').first().textContent())));
}

/** "step 12 of 240" → 12 */
export async function shownStep(page: Page): Promise<number> {
  return Number.parseInt(((await page.getByTestId('run-step').textContent()) ?? '').replace(/\D+/, ''), 10);
}
