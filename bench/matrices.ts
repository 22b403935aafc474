/**
 * The Matrices tab of the built studio with a U of 768 × 1536: how often frames come while it is zoomed and moved, and what an update of
 * the picture takes of the page's thread while the run trains.
 *
 *     npm run bench:matrices                 10 seconds of each
 *     npm run bench:matrices -- --seconds=30 longer
 *
 * Two MLPs of width 768 with random weights are merged. With `--write` the table takes the place of its last one in
 * docs/performance.md.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { build, preview } from 'vite';
import { pageTasks } from '../e2e/support/page-tasks.ts';
import { exportFiles } from '../src/engine/architectures/export.ts';
import type { Perceptron } from '../src/engine/architectures/model.ts';
import { sequential } from '../src/engine/architectures/schemes/sequential.ts';
import { seededRandom } from '../src/engine/random.ts';
import { randomModel } from '../src/engine/testing/models.ts';
import { table } from './fidelity/experiment.ts';
import { writeTo } from './files/on-disk.ts';
import { page as document, report } from './keep.ts';
import { frameTimes, pan, zoom } from './matrices/frames.ts';
import { launch } from './support/chromium.ts';
import { median, ms } from './support/timing.ts';
import { command, option, refuseOthers } from './support/words.ts';

const width = 768;
const outDir = 'test-results/bench/studio';
const patience = 5 * 60_000;

export async function main(words: readonly string[]): Promise<void> {
  refuseOthers(words, [], ['seconds']);
  const seconds = option(words, 'seconds', 10);
  const started = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'fs-merge-matrices-'));
  await build({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await preview({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir } });
  const browser = await launch();
  try {
    const page = await browser.newPage({ serviceWorkers: 'block', viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(60000);
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    await openMatrices(page, await sources(folder));
    const text = await measure(browser, page, seconds);
    const where = `${await page.getByTestId('backend-label').textContent()} in Chromium ${browser.version().split('.')[0]}`;
    await report(document, words, { id: 'matrices', command: command('matrices', words), where, started }, text);
  } finally {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  }
}

/** Two MLPs as files, with random weights. */
async function sources(folder: string): Promise<string[]> {
  const network: Perceptron = { kind: 'mlp', inputs: 784, widths: [width], activation: 'relu', classes: 10 };
  const paths: string[] = [];
  for (const name of ['one', 'two']) {
    const model = randomModel(network, seededRandom(paths.length + 1));
    const [file] = exportFiles(model, sequential, { container: 'safetensors', floatType: 'F32', name, metadata: {} });
    paths.push(await writeTo(folder, file!));
  }
  return paths;
}

/** Merges them, and shows U while the run trains. */
async function openMatrices(page: Page, paths: readonly string[]): Promise<void> {
  await page.waitForFunction(
    () => !/choosing/.test(window.document.querySelector('[data-testid=backend-label]')?.textContent ?? 'choosing'),
  );
  const input = page.locator('input[type=file]').first();
  await input.setInputFiles([...paths, 'public/demo/images/mnist.npz']);
  await page.getByRole('radio', { name: 'full', exact: true }).check({ force: true });
  await page.getByText(/^Training:/).click();
  const epochs = page.getByRole('textbox', { name: 'Epochs', exact: true });
  await epochs.fill('5000');
  await epochs.blur();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByTestId('run-state').filter({ hasText: 'running' }).waitFor({ timeout: patience });
  await page.getByRole('tab', { name: 'Matrices' }).click();
  await page.getByTestId('matrix-list').getByRole('button', { name: /U/ }).first().click();
  await page.getByTestId('matrix-size').filter({ hasText: '768 × 1,536' }).waitFor({ timeout: patience });
  await page.getByTestId('heatmap').waitFor();
}

async function measure(browser: Browser, page: Page, seconds: number): Promise<string> {
  const updates = await updatesOf(browser, page, seconds);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page
    .getByTestId('run-state')
    .filter({ hasText: /stopped|done/ })
    .waitFor({ timeout: patience });
  // Facts of so large a matrix take seconds, in a worker of their own.
  await page.locator('[data-testid=matrix-facts][aria-busy=false]').waitFor({ timeout: patience });
  const rows: string[][] = [];
  for (const [name, move] of [
    ['zoom', zoom],
    ['pan', pan],
  ] as const) {
    const times = (await frameTimes(page, seconds, move)).sort((a, b) => a - b);
    const slow = times[Math.floor(0.95 * times.length)] ?? Number.NaN;
    rows.push([name, String(times.length), ms(median(times)), ms(slow), ms(times.at(-1) ?? Number.NaN)]);
  }
  return [updates, table(['', 'frames', 'median, ms', '95 of 100 within, ms', 'longest, ms'], rows)].join('\n\n');
}

/** What the page's thread works while the run trains, with the matrix drawn anew and with the picture of its start, which stays. */
async function updatesOf(browser: Browser, page: Page, seconds: number): Promise<string> {
  const live = await watch(browser, page, seconds);
  await page.getByRole('slider', { name: 'Training time' }).press('Home');
  await page.getByTestId('matrix-size').filter({ hasText: 'after 0 steps' }).waitFor();
  const still = await watch(browser, page, seconds);
  const updates = live.shown - 1;
  return (
    `While the run trains, for ${seconds} s: ${updates} updates of the picture took ${ms((live.work - still.work) / updates)} ms each of ` +
    `the page's thread, which worked ${ms(live.work)} ms in all and ${ms(still.work)} ms without them; its longest task had ` +
    `${ms(live.longest)} ms of work.`
  );
}

/** How many times of training were shown; milliseconds of work. */
async function watch(browser: Browser, page: Page, seconds: number) {
  const texts = new Set<string>();
  const tasks = await pageTasks(browser, page, async () => {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      texts.add((await page.getByTestId('matrix-size').textContent()) ?? '');
      await page.waitForTimeout(100);
    }
  });
  const work = tasks.map((task) => task.work);
  return { shown: texts.size, work: work.reduce((sum, one) => sum + one, 0), longest: Math.max(...work) };
}
