/** Nothing leaves the tab, and names are text: that a leak is seen, and that files and sessions cannot make one. */
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import { appUrl } from './support/app.ts';
import { plainHost } from './support/plain-host.ts';
import {
  demoFile,
  exportFile,
  openStudio,
  openTrainingOptions,
  runState,
  runToEnd,
  save,
  setNumber,
  task,
} from './support/studio.ts';
import type { Leaks } from './support/test.ts';
import { expect, test } from './support/test.ts';

const foreign = (who: string) => `http://elsewhere.example/${who}`;

/** What a thief would plant: a request to another host, and a script from a string. */
const planted = (who: string) => `
  fetch('${foreign(who)}').catch(() => {});
  try { eval('1'); } catch {}
`;

/** Adds lines to a script of the studio. */
const plant = (page: Page, script: string, lines: string) =>
  page.route(script, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${lines}` });
  });

const seen = (leaks: Leaks) => expect.poll(() => leaks.found.join('\n'));

test.describe('a leak is seen', () => {
  test.afterEach(({ leaks }) => {
    leaks.take();
  });

  test('of the page', async ({ page, leaks }) => {
    await plant(page, '**/assets/index-*.js', planted('page'));
    await page.goto(appUrl());
    await seen(leaks).toContain(`connect-src: ${foreign('page')}`);
    await seen(leaks).toMatch(/script-src: eval/);
  });

  test('of a worker', async ({ page, leaks }) => {
    await plant(page, '**/studio.worker-*.js', planted('worker'));
    await page.goto(appUrl());
    await seen(leaks).toMatch(/studio\.worker.* may not by connect-src: http:\/\/elsewhere\.example\/worker/);
    await seen(leaks).toMatch(/studio\.worker.* may not by script-src: eval/);
  });

  test("of a worker's worker", async ({ page, leaks }) => {
    const [member] = readdirSync('dist/assets').filter((name) => /^member\.worker-.*\.js$/.test(name));
    await plant(page, '**/studio.worker-*.js', `new Worker(new URL('${member}', location.href), { type: 'module' });`);
    const thread = page.waitForEvent('worker', (worker) => worker.url().endsWith(`${member}`));
    await page.goto(appUrl());
    await (await thread).evaluate(planted('thread'));
    await seen(leaks).toMatch(/member\.worker.* may not by connect-src: http:\/\/elsewhere\.example\/thread/);
  });

  test('where the host sends no policy', async ({ page, leaks }) => {
    const host = await plainHost();
    leaks.allow(host.url);
    await plant(page, '**/studio.worker-*.js', planted('worker'));
    await page.goto(host.url);
    await seen(leaks).toContain(`a request to ${foreign('worker')}`);
    await page.evaluate((url) => {
      document.body.append(Object.assign(new Image(), { src: url }));
    }, foreign('image'));
    await seen(leaks).toMatch(/the console says: .*elsewhere\.example\/image/);
    await host.close();
  });

  test.describe('of the service worker', () => {
    test.use({ serviceWorkers: 'allow' });
    test('with its own policy', async ({ page, context, leaks }) => {
      const started = context.waitForEvent('serviceworker');
      await page.goto(appUrl());
      const worker = await started;
      await worker.evaluate((url) => fetch(url).catch(() => {}), foreign('service'));
      await seen(leaks).toMatch(/service-worker\.js may not by connect-src: http:\/\/elsewhere\.example\/service/);
    });
  });
});

/** Names that are markup to whoever takes them for it; no slash, which no file name has. */
const image = '<img src=x onerror=window.stolen=1>';
const bold = '<b>7</b>';
const link = '<a href="http://elsewhere.example/">8</a>';

/** The page took nothing for markup, and ran nothing. */
async function expectOnlyText(page: Page): Promise<void> {
  await expect(page.locator('img, iframe, object, embed, b, [onerror], [href*="elsewhere"]')).toHaveCount(0);
  expect(await page.evaluate(() => 'stolen' in window)).toBe(false);
}

/** What a chart says under the pointer. */
async function expectRead(page: Page, name: string, text: string): Promise<void> {
  const panel = page.getByRole('region', { name });
  const chart = panel.locator('.chart');
  await chart.hover();
  await expect(panel.locator('.scatterlayer .trace').first()).toBeAttached();
  // Near the first point.
  await chart.hover({ position: { x: 56, y: 60 } });
  await expect(panel.locator('.hoverlayer')).toContainText(text);
}

const fileOf = (name: string, path: string) => ({ name, mimeType: '', buffer: readFileSync(demoFile(path)) });
const config = (...names: string[]) => ({
  name: 'config.json',
  mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify({ id2label: Object.fromEntries(names.entries()) })),
});

test('names and metadata are text, on the page, in charts, reports, tables, snippets and sessions', async ({
  page,
  browser,
}) => {
  await openStudio(page);
  const files = page.getByTestId('open-input');
  await files.setInputFiles([fileOf(`${image}.pt`, 'mlp/mlp-mnist-0to4.pt'), config(image, bold, link, '4', '5')]);
  await files.setInputFiles([fileOf(`${bold.replace('/', '')}.pt`, 'mlp/mlp-mnist-5to9.pt')]);
  await files.setInputFiles([fileOf(`${image}.npz`, 'images/mnist.npz')]);
  const sources = page.getByTestId('source-list').getByRole('listitem');
  await expect(sources).toHaveCount(2);
  await expect(sources.first()).toContainText(`${image}.pt`);
  await expectOnlyText(page);
  await task(page, 0).getByRole('button', { name: '0–4' }).click();
  await task(page, 1).getByRole('textbox', { name: 'Labels' }).fill('5-9');
  await openTrainingOptions(page);
  await setNumber(page, 'Epochs', 2);
  await runToEnd(page);
  const name = page.getByTestId('run-list').getByRole('textbox', { name: 'Run name' });
  await name.fill(`${bold} ${link} ${image}`);
  await name.blur();
  await expectOnlyText(page);

  await expectRead(page, 'Reconstruction loss', '<b>7</b>');
  await expectRead(page, 'Accuracy of the folded network', '<img');
  await expectOnlyText(page);

  await page.getByRole('tab', { name: 'Matrices' }).click();
  await expect(page.getByTestId('heatmap')).toBeVisible();
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Measure' }).click();
  await expectOnlyText(page);
  await page.getByRole('button', { name: 'Markdown' }).click();
  const table = await page.getByRole('textbox', { name: 'The table as Markdown' }).inputValue();
  expect(table).toContain(String.raw`\<b\>7\</b\>`);
  const report = await save(page, 'Save report', /\.html$/);
  await exportFile(page);
  await expect(page.getByTestId('snippet')).toContainText(image);
  await expectOnlyText(page);

  const read = await page.context().newPage();
  await read.goto(pathToFileURL(report).href);
  await expect(read.locator('h1')).toContainText(image);
  await expect(read.locator('img, iframe, a, b, script, [onerror]')).toHaveCount(0);

  await page.getByRole('tab', { name: 'Training' }).click();
  const session = await save(page, 'Save', /fsmerge\.json$/);
  const other = await (await browser.newContext()).newPage();
  await openStudio(other);
  await other.getByTestId('open-input').setInputFiles(session);
  await expect(runState(other)).toHaveText('done');
  await expect(other.getByTestId('needed-file').first()).toContainText(image);
  await expectRead(other, 'Reconstruction loss', '<b>7</b>');
  await expectOnlyText(other);
  await other.context().close();
});
