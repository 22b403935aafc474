/** A recipe goes into a link, a session into a file and into the browser, and each comes back. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from '@playwright/test';
import { appUrl } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { dropFiles } from './support/drop-files.ts';
import {
  choose,
  demoFile,
  drop,
  lossCurve,
  openMlpPair,
  openStudio,
  openTrainingOptions,
  readAccuracies,
  runState,
  runToEnd,
  save,
  setNumber,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

const mlpFiles = ['mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt', 'images/mnist.npz'];

const needed = (page: Page) => page.getByTestId('needed-file');
const neededNames = async (page: Page) =>
  Promise.all((await needed(page).all()).map((file) => file.getAttribute('data-file')));

/** A page of somebody else: nothing of this browser's storage. */
async function elsewhere(browser: Browser, hash = ''): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await openStudio(page, hash);
  return page;
}

/** Two digit experts, trained for some seconds. */
async function trainPair(page: Page): Promise<void> {
  await openMlpPair(page);
  await choose(page, 'average');
  await choose(page, 'full');
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', 3);
  await runToEnd(page);
}

async function saveSession(page: Page): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/\.fsmerge\.json$/);
  const path = test.info().outputPath(file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

test('a link brings the recipe to somebody else, names its files, and its run gives the same', async ({
  page,
  browser,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await trainPair(page);
  const before = await readAccuracies(page, 2);
  await expect.poll(() => new URL(page.url()).hash).toContain("'epochs':3");
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(page.url());
  expect(link.length).toBeLessThan(600);

  const other = await elsewhere(browser, new URL(link).hash);
  await expect(needed(other)).toHaveCount(3);
  expect(await neededNames(other)).toEqual(mlpFiles.map((path) => path.split('/').at(-1)));
  await expect(other.getByText('Still needed: mlp-mnist-0to4.pt, mlp-mnist-5to9.pt, mnist.npz')).toBeVisible();
  await expect(other.getByRole('button', { name: 'Start', exact: true })).toBeDisabled();
  await expect(other.getByRole('alert')).toHaveCount(0);
  await expectAccessible(other, 'needed files');
  // In any order, one after the other.
  await drop(other, 'images/mnist.npz');
  await expect(needed(other)).toHaveCount(2);
  await drop(other, 'mlp/mlp-mnist-5to9.pt', 'mlp/mlp-mnist-0to4.pt');
  await expect(needed(other)).toHaveCount(0);
  await expect(other.getByTestId('source-list').getByRole('listitem')).toHaveCount(2);
  expect(new URL(other.url()).hash).toBe(new URL(link).hash);
  await runToEnd(other);
  expect(await readAccuracies(other, 2)).toEqual(before);
  await other.context().close();
});

test('a demo by its link: one click fetches its files', async ({ page, browser }) => {
  await openStudio(page);
  await page.getByTestId('demo-mlp').click();
  await expect(runState(page)).toHaveText(/done/, { timeout: 60_000 });
  const before = await readAccuracies(page, 2);
  const other = await elsewhere(browser, new URL(page.url()).hash);
  await other.getByRole('button', { name: 'Fetch 3 demo files' }).click();
  await expect(needed(other)).toHaveCount(0);
  await runToEnd(other);
  expect(await readAccuracies(other, 2)).toEqual(before);
  await other.context().close();
});

test('a saved recipe is opened by dropping it with its files; a broken one is told', async ({ page, browser }) => {
  await trainPair(page);
  const before = await readAccuracies(page, 2);
  await page.getByRole('tab', { name: 'Export' }).click();
  const saved = await save(page, 'Save the recipe', /\.recipe\.json$/);
  const other = await elsewhere(browser);
  await dropFiles(other, 'main', [saved]);
  await expect(needed(other)).toHaveCount(3);
  const renamed = test.info().outputPath('best.json');
  copyFileSync(saved, renamed);
  await other.reload();
  await dropFiles(other, 'main', [renamed, ...mlpFiles.map(demoFile)]);
  await expect(needed(other)).toHaveCount(0);
  await runToEnd(other);
  expect(await readAccuracies(other, 2)).toEqual(before);

  const broken = test.info().outputPath('broken.recipe.json');
  writeFileSync(broken, readFileSync(saved, 'utf8').replace('"fs-merge"', '"magic"'));
  await dropFiles(other, 'main', [broken]);
  await expect(other.getByRole('alert')).toContainText('The recipe broken.recipe.json cannot be read: method.name');
  expect(new URL(other.url()).hash).toContain("'epochs':3");
  await other.context().close();
});

test('a link that cannot be read says so, and the page works on', async ({ page }) => {
  await openStudio(page, "#recipe='sources':!('file':'a.pt");
  await expect(page.getByRole('alert')).toContainText('its end is cut off');
  await openStudio(page);
  await page.goto(appUrl("#recipe='method':('name':'magic')&v=1"));
  await expect(page.getByRole('alert')).toContainText("The link's recipe cannot be read: method.name");
  await drop(page, ...mlpFiles);
  await expect(page.getByTestId('source-list').getByRole('listitem')).toHaveCount(2);
});

test('a saved session brings back charts, table and recipe; its files are dropped with it or later', async ({
  page,
  browser,
}) => {
  await trainPair(page);
  const before = await readAccuracies(page, 2);
  const curve = await lossCurve(page);
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Run all baselines' }).click();
  await expect(page.getByTestId('comparing')).toHaveText(/measured/, { timeout: 120_000 });
  const table = await page.getByTestId('compare-table').textContent();
  const saved = await saveSession(page);
  expect(readFileSync(saved).length).toBeLessThan(60_000);

  const other = await elsewhere(browser);
  await dropFiles(other, 'main', [saved]);
  expect(await readAccuracies(other, 2)).toEqual(before);
  expect(await lossCurve(other)).toEqual(curve);
  await expect(other.getByTestId('run-list')).toContainText('saved');
  await other.getByRole('tab', { name: 'Compare' }).click();
  expect(await other.getByTestId('compare-table').textContent()).toBe(table);
  await other.getByRole('tab', { name: 'Export' }).click();
  await expect(other.getByTestId('restored-note')).toContainText('not the merged network');
  await other.getByRole('tab', { name: 'Matrices' }).click();
  await expect(other.getByTestId('restored-note')).toContainText('not M and U');
  await expectAccessible(other, 'restored');

  // Under another name its file is known all the same.
  const renamed = test.info().outputPath('downloaded (1).pt');
  copyFileSync(demoFile('mlp/mlp-mnist-0to4.pt'), renamed);
  await dropFiles(other, 'main', [renamed, demoFile('mlp/mlp-mnist-5to9.pt'), demoFile('images/mnist.npz')]);
  await expect(needed(other)).toHaveCount(0);
  await runToEnd(other);
  expect(await readAccuracies(other, 2)).toEqual(before);
  const names = await other
    .getByTestId('run-list')
    .getByRole('textbox', { name: 'Run name' })
    .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value));
  expect(new Set(names).size).toBe(2);
  await other.context().close();
});

test('another file of an expected name is told apart, and may be used on purpose', async ({ page, browser }) => {
  await trainPair(page);
  const saved = await saveSession(page);
  const wrong = test.info().outputPath('mnist.npz');
  copyFileSync(demoFile('images/fashion-mnist.npz'), wrong);
  const other = await elsewhere(browser);
  await dropFiles(other, 'main', [saved, wrong, ...mlpFiles.slice(0, 2).map(demoFile)]);
  const note = needed(other).filter({ hasText: 'its contents differ' });
  await expect(note).toContainText('It is here as mnist.npz (2)');
  expect(await neededNames(other)).toEqual(['mnist.npz']);
  await expectAccessible(other, 'namesake');
  await note.getByRole('button', { name: 'Use it all the same' }).click();
  await expect(needed(other)).toHaveCount(0);
  await runToEnd(other);
  // What was measured on other images stands in another table.
  await other.getByRole('tab', { name: 'Compare' }).click();
  await expect(other.getByTestId('compare-table')).toHaveCount(2);
  await other.context().close();
});

test('the last session is offered on return, and can be forgotten', async ({ page }) => {
  await trainPair(page);
  const before = await readAccuracies(page, 2);
  const name = (await page.getByTestId('run-list').getByRole('textbox').first().inputValue()) ?? '';
  await expect.poll(() => kept(page)).toBe(1);
  await page.goto('about:blank');
  await openStudio(page);
  const offer = page.getByTestId('go-on');
  await expect(offer).toContainText(`Go on with ${name}`);
  await expect(offer).toContainText('today');
  await expectAccessible(page, 'going on');
  await offer.getByRole('button', { name: /Go on/ }).click();
  expect(await readAccuracies(page, 2)).toEqual(before);
  await expect(needed(page)).toHaveCount(3);

  await page.goto('about:blank');
  await openStudio(page);
  await offer.getByRole('button', { name: /^Forget the session/ }).click();
  await expect(offer).toHaveCount(0);
  await page.goto('about:blank');
  await openStudio(page);
  await expect(page.getByTestId('demo-mlp')).toBeEnabled();
  await expect(offer).toHaveCount(0);
});

/** Runs of the sessions that the browser keeps, together; undefined when it keeps none. */
const kept = (page: Page): Promise<number | undefined> =>
  page.evaluate(
    () =>
      new Promise((done) => {
        const open = indexedDB.open('fs-merge-studio');
        open.onsuccess = () => {
          const all = open.result
            .transaction('sessions')
            .objectStore('sessions')
            .getAll(IDBKeyRange.bound('session 2, in short/', 'session 2, in short0'));
          all.onsuccess = () => done(all.result.reduce((sum, { runs }) => (sum ?? 0) + runs, undefined));
        };
      }),
  );

test('without storage and clipboard the page works, and promises nothing', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { get: () => undefined });
    Object.defineProperty(navigator, 'clipboard', { get: () => undefined });
  });
  await trainPair(page);
  await page.getByRole('button', { name: 'Share' }).click();
  const link = page.getByRole('dialog').getByRole('textbox', { name: 'Link' });
  await expect(link).toHaveValue(page.url());
  await expectAccessible(page, 'sharing');
  await page.keyboard.press('Escape');
  await expect(link).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
});
