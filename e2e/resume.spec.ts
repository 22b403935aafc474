/**
 * A run that is broken off, by a worker that is killed or a tab that is closed, ends in the same weights as one that is not: bit for
 * bit on WASM. `npm run kill -- --moments 50` tries that many moments.
 */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { seededRandom } from '../src/engine/random.ts';
import { appUrl } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import {
  choose,
  drop,
  exportFile,
  lossCurve,
  openMlpPair,
  openStudio,
  openTrainingOptions,
  readAccuracies,
  runState,
  runToEnd,
  setNumber,
  shownStep,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

const moments = Number(process.env.KILL_MOMENTS ?? 3);

const mlpFiles = ['mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt', 'images/mnist.npz'];

/** Two digit experts, ready to be trained for some seconds. */
async function prepare(page: Page, epochs: number, kind = 'full'): Promise<void> {
  await openMlpPair(page);
  await choose(page, 'average');
  await choose(page, kind);
  await openTrainingOptions(page);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', epochs);
  await setNumber(page, 'Measure every', 50);
}

const start = (page: Page) => page.getByRole('button', { name: 'Start', exact: true }).click();
const done = (page: Page) => expect(runState(page)).toHaveText('done', { timeout: 120_000 });

/** The tensors of the exported file, without its header: a recipe that went through a session has its keys in another order. */
async function weights(page: Page): Promise<string> {
  const file = readFileSync(await exportFile(page));
  return file.subarray(8 + Number(file.readBigUInt64LE(0))).toString('base64');
}

/** Ends the worker as a crash does: from one moment to the next, and nobody is told. */
async function kill(page: Page): Promise<void> {
  const worker = page.workers().find((one) => /studio\.worker/.test(one.url()));
  if (!worker) throw new Error('there is no worker');
  await worker.evaluate(() => self.close()).catch(() => {});
}

/** Leaves a run that is kept, with its files, in the middle of its training. */
async function breakOff(page: Page): Promise<void> {
  await start(page);
  await expect.poll(() => shownStep(page)).toBeGreaterThan(60);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(runState(page)).toHaveText('paused');
  await expect(page.getByTestId('run-kept')).toContainText('it can go on after this tab is closed');
  await expect.poll(() => copies(page)).toBe(3);
}

/**
 * Whether the killed run goes on: from a state ("went on"), from its first step ("began again"), or it was over before ("done"). A run
 * may end between a look and the kill, so it is asked afterwards.
 */
async function outcome(page: Page, what: string): Promise<string> {
  let seen = '';
  await expect(async () => {
    const note = page.getByTestId('run-note').filter({ hasText: /went on from step|began again/ });
    const [noted = ''] = await note.allTextContents();
    seen = /went on|began again/.exec(noted)?.[0] ?? ((await runState(page).textContent()) === 'done' ? 'done' : '');
    expect(seen, what).not.toBe('');
  }).toPass({ timeout: 30_000 });
  return seen;
}

test(`a worker that is killed at ${moments} moments changes nothing of what comes out`, async ({ browser }) => {
  test.setTimeout(60_000 + moments * 60_000);
  const visit = async () => {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await prepare(page, 30, 'diagonal + low-rank');
    return page;
  };
  const whole = await visit();
  const began = Date.now();
  await start(whole);
  await done(whole);
  const time = Date.now() - began;
  const expected = { accuracies: await readAccuracies(whole, 2), curve: await lossCurve(whole) };
  const bytes = await weights(whole);
  await whole.context().close();

  const random = seededRandom(7);
  const outcomes: string[] = [];
  for (let moment = 0; moment < moments; moment++) {
    const page = await visit();
    await start(page);
    // Every other run is left alone until a state of it is kept, so that there is something to go on from.
    const kept = moment % 2 === 0;
    if (kept) await expect(page.getByTestId('run-kept')).toContainText('Kept to step');
    const wait = random.uniform() * (kept ? time / 2 : time);
    await page.waitForTimeout(wait);
    const what = `killed ${Math.round(wait)} ms after ${kept ? 'the first state' : 'the start'} of a run of ${time} ms`;
    await kill(page);
    const seen = await outcome(page, what);
    outcomes.push(seen);
    if (seen === 'done') {
      await expect(page.getByTestId('run-list'), what).toContainText('measured');
    } else {
      await done(page);
      expect(await weights(page), what).toBe(bytes);
      await page.getByRole('tab', { name: 'Training' }).click();
    }
    expect({ accuracies: await readAccuracies(page, 2), curve: await lossCurve(page) }, what).toEqual(expected);
    await page.context().close();
  }
  const count = (word: string) => outcomes.filter((one) => one === word).length;
  console.log(
    `${moments} moments of a run of ${time} ms: ${count('went on')} went on from a state, ${count('began again')} began again, ${count('done')} were over`,
  );
  expect(count('went on'), 'runs that went on from a state').toBeGreaterThan(0);
});

test('a killed worker is noticed and said; files, names and finished runs are there', async ({ page }) => {
  await prepare(page, 2);
  await runToEnd(page);
  const before = await readAccuracies(page, 2);
  await kill(page);
  const note = page.getByRole('alert').filter({ hasText: 'another one has taken its place' });
  await expect(note).toContainText('the weights are not');
  await expect(page.getByTestId('backend-label')).toHaveText(/WASM/);
  expect(await readAccuracies(page, 2)).toEqual(before);
  await page.getByRole('tab', { name: 'Export' }).click();
  await expect(page.getByTestId('restored-note')).toContainText('has ended');
  await expectAccessible(page, 'after a killed worker');
  await page.getByRole('tab', { name: 'Training' }).click();
  await runToEnd(page);
  expect(await readAccuracies(page, 2)).toEqual(before);
});

test('a paused run stays paused when its worker is killed', async ({ page }) => {
  await prepare(page, 400);
  await start(page);
  await expect.poll(() => shownStep(page)).toBeGreaterThan(60);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(runState(page)).toHaveText('paused');
  const step = await shownStep(page);
  await kill(page);
  await expect(page.getByTestId('run-note')).toContainText(`went on from step ${step.toLocaleString('en')}`);
  await expect(runState(page)).toHaveText('paused');
  expect(await shownStep(page)).toBe(step);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(runState(page)).toHaveText('stopped early');
});

test('a tab that is closed in the middle of a run: one click, and it goes on to the same weights', async ({
  browser,
}) => {
  const whole = await (await browser.newContext()).newPage();
  await prepare(whole, 30);
  await start(whole);
  await done(whole);
  const curve = await lossCurve(whole);
  const bytes = await weights(whole);
  await whole.context().close();

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await prepare(page, 30);
  await breakOff(page);
  // A second tab does not offer what still trains in the first.
  const other = await context.newPage();
  await openStudio(other);
  expect(await brokenOffers(other)).toBe(0);
  await other.close();
  await page.close();

  const again = await context.newPage();
  await openStudio(again);
  const offer = again.getByTestId('go-on');
  await expect(offer).toContainText(/was broken off at step [\d,]+ of [\d,]+ and goes on from there/);
  await expectAccessible(again, 'going on with a broken run');
  await offer.getByRole('button', { name: /Go on/ }).click();
  await expect(again.getByTestId('run-note')).toContainText(/The run went on from step/);
  await expect(again.getByTestId('needed-file')).toHaveCount(0);
  await done(again);
  expect(await lossCurve(again)).toEqual(curve);
  expect(await weights(again)).toBe(bytes);
  // What is done is not kept.
  await expect.poll(() => keptRuns(again)).toBe(0);
  await context.close();
});

test('without copies of its files a broken run asks for them, and then goes on', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await prepare(page, 30);
  await breakOff(page);
  await page.close();
  const again = await context.newPage();
  await again.goto(appUrl());
  await again.evaluate(async () => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('fs-merge-studio');
    await root.removeEntry('files', { recursive: true });
  });
  await openStudio(again);
  const offer = again.getByTestId('go-on');
  await expect(offer).toContainText('once you give it its files again');
  await offer.getByRole('button', { name: /Go on/ }).click();
  await expect(again.getByTestId('broken-run')).toContainText(
    'It needs mlp-mnist-0to4.pt, mlp-mnist-5to9.pt, mnist.npz',
  );
  await expectAccessible(again, 'a broken run that needs files');
  await drop(again, ...mlpFiles);
  await expect(again.getByTestId('run-note')).toContainText(/The run went on from step/);
  await done(again);
  await context.close();
});

/** Folders in the studio's part of the browser's files. */
const keptRuns = (page: Page): Promise<number> => entries(page, 'runs');
const copies = (page: Page): Promise<number> => entries(page, 'files');

const entries = (page: Page, folder: string): Promise<number> =>
  page.evaluate(async (name) => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('fs-merge-studio', { create: true });
    let count = 0;
    for await (const _ of (await root.getDirectoryHandle(name, { create: true })).keys()) count++;
    return count;
  }, folder);

/** How many offers there are once the page knows. */
async function brokenOffers(page: Page): Promise<number> {
  await page.waitForTimeout(1000);
  return page.getByText('was broken off').count();
}
