/** Browsers that lack something: the studio works all the same, or says in words what is missing, where it matters. */
import type { Page } from '@playwright/test';
import { appUrl } from './support/app.ts';
import { drop, openMlpPair, openStudio, readAccuracies, runState, runToEnd } from './support/studio.ts';
import { expect, test } from './support/test.ts';

/** Runs before the code of the page. */
const inPage = (page: Page, lines: string): Promise<unknown> => page.addInitScript(lines);

/** Runs before the code of the page's worker, which is a module: what it imports first runs first. */
async function inWorker(page: Page, lines: string): Promise<void> {
  await page.route('**/lacking.js', (route) => route.fulfill({ contentType: 'text/javascript', body: lines }));
  await page.route('**/studio.worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `import './lacking.js';\n${await response.text()}` });
  });
}

async function inBoth(page: Page, lines: string): Promise<void> {
  await inPage(page, lines);
  await inWorker(page, lines);
}

const withoutGlobal = (name: string): string => `delete globalThis.${name};`;
/** As if the browser had never heard of it. */
const withoutOwn = (holder: string, name: string): string =>
  `Object.defineProperty(${holder}, '${name}', { get: () => undefined, configurable: true });`;
/** Unlike the studio, an empty page has no storage. */
const storageHere = '(globalThis.StorageManager ?? Object).prototype';
/** Of a page and of a worker. */
const navigatorHere = '(globalThis.Navigator ?? WorkerNavigator).prototype';
/** As in private windows: it is there, and refuses. */
const refusing = (holder: string, name: string): string =>
  `Object.defineProperty(${holder}, '${name}', { get() { throw new DOMException('refused', 'SecurityError'); }, configurable: true });`;

async function playDemo(page: Page): Promise<void> {
  await openStudio(page);
  await page.getByTestId('demo-mlp').click();
  await expect(runState(page)).toHaveText(/done/, { timeout: 120_000 });
  expect((await readAccuracies(page, 2)).joint).toBeGreaterThan(0.91);
  await expect(page.getByRole('alert')).toHaveCount(0);
}

async function readStorage(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Help and keys' }).click();
  const storage = page.getByTestId('storage');
  await expect(storage).toBeVisible();
  const text = (await storage.textContent()) ?? '';
  await page.keyboard.press('Escape');
  return text;
}

async function readBackend(page: Page): Promise<string> {
  await page.getByRole('button', { name: /Backend/ }).click();
  const text = (await page.locator('.menu-intro').textContent()) ?? '';
  await page.keyboard.press('Escape');
  return text;
}

const unkept = (page: Page) => page.getByTestId('unkept-note');

for (const [what, lines] of [
  ['no IndexedDB', withoutOwn('globalThis', 'indexedDB')],
  ['IndexedDB that refuses', refusing('globalThis', 'indexedDB')],
] as const) {
  test(`${what}: the demo runs, and the page says that nothing is kept`, async ({ page }) => {
    await inBoth(page, lines);
    await playDemo(page);
    await expect(unkept(page)).toContainText('goes when this tab is closed');
    const saved = page.waitForEvent('download');
    await unkept(page).getByRole('button', { name: 'Save the session' }).click();
    expect((await saved).suggestedFilename()).toMatch(/\.fsmerge\.json$/);
    expect(await readStorage(page)).toContain('Sessions are not kept');
  });
}

test('a quota that is reached: said, and the session can be saved', async ({ page }) => {
  await inPage(page, `IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };`);
  await playDemo(page);
  await expect(unkept(page)).toContainText('no room left');
});

test('no localStorage: choices hold for the visit, and that is said', async ({ page }) => {
  await inPage(page, refusing('window', 'localStorage'));
  await playDemo(page);
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await readStorage(page)).toContain('chosen anew at each visit');
});

test('no service worker and no caches: help says that there is no work without network', async ({ page }) => {
  await inPage(page, withoutOwn('Navigator.prototype', 'serviceWorker') + withoutGlobal('caches'));
  await inPage(page, 'delete Navigator.prototype.serviceWorker;');
  await playDemo(page);
  expect(await readStorage(page)).toContain('not kept for work without network');
  await page.getByRole('button', { name: 'Help and keys' }).click();
  await expect(page.getByTestId('offline')).toContainText('cannot be opened here');
});

test('no Web Locks, no OPFS, no storage estimate: the session is kept and offered', async ({ page }) => {
  await inBoth(
    page,
    withoutOwn(navigatorHere, 'locks') + withoutOwn(storageHere, 'getDirectory') + withoutOwn(storageHere, 'estimate'),
  );
  await playDemo(page);
  await expect(unkept(page)).toBeEmpty();
  expect(await readStorage(page)).toMatch(/1.session/);
  await page.goto('about:blank');
  await openStudio(page);
  await expect(page.getByTestId('go-on')).toContainText('Go on with');
});

test('no clipboard: tables and code say so, and are there to be copied by hand', async ({ page }) => {
  await inPage(page, withoutOwn('Navigator.prototype', 'clipboard'));
  await playDemo(page);
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'CSV' }).click();
  await expect(page.getByText('The browser did not let it be copied: take it from here.')).toBeVisible();
  await page.getByRole('tab', { name: 'Export' }).click();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByText('it is selected, copy it from here')).toBeVisible();
  expect(await page.evaluate(() => getSelection()?.toString())).toContain('import');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('no WebGPU: WebAssembly computes, and the menu says why', async ({ page }) => {
  await inBoth(page, withoutOwn(navigatorHere, 'gpu'));
  await openStudio(page);
  await expect(page.getByTestId('backend-label')).toHaveText(/^WASM/);
  expect(await readBackend(page)).toContain('This browser has no WebGPU.');
});

test('no shared memory: one thread, and the menu says so', async ({ page }) => {
  await inBoth(page, `${withoutGlobal('SharedArrayBuffer')} ${withoutOwn('globalThis', 'crossOriginIsolated')}`);
  await playDemo(page);
  await expect(page.getByTestId('backend-label')).not.toContainText('threads');
  expect(await readBackend(page)).toMatch(/One thread/);
  await page.getByRole('tab', { name: 'Matrices' }).click();
  await expect(page.getByTestId('heatmap')).toBeVisible();
});

test('no WebAssembly: plain JavaScript computes, slowly, and says so', async ({ page }) => {
  await inBoth(page, withoutGlobal('WebAssembly'));
  await openMlpPair(page);
  await expect(page.getByTestId('backend-label')).toHaveText('CPU (JavaScript)');
  expect(await readBackend(page)).toContain(
    'This browser has no WebAssembly. Plain JavaScript is left, which is slow.',
  );
  await page.getByLabel('Method', { exact: true }).selectOption('average');
  await runToEnd(page);
  await page.getByRole('tab', { name: 'Compare' }).click();
  await expect(page.getByTestId('compare-table')).toContainText(/\d\d\.\d\s%/);
});

test('WebAssembly that does not start: plain JavaScript takes over by itself', async ({ page }) => {
  await page.route('**/*.wasm', (route) => route.abort());
  await inWorker(page, 'WebAssembly.compile = () => Promise.reject(new Error("not today"));');
  await page.goto(appUrl());
  await expect(page.getByTestId('backend-label')).toHaveText('CPU (JavaScript)');
  expect(await readBackend(page)).toContain('not today');
  await drop(page, 'mlp/mlp-mnist-0to4.pt');
  await expect(page.getByTestId('source-list').getByRole('listitem')).toHaveCount(1);
});
