/** The studio after one visit: without network, without headers, and when there is a new version. */
import type { Page } from '@playwright/test';
import type { PlainHost } from './support/plain-host.ts';
import { plainHost } from './support/plain-host.ts';
import { openStudio, readAccuracies, runState } from './support/studio.ts';
import { expect, test } from './support/test.ts';

test.use({ serviceWorkers: 'allow' });

let host: PlainHost;
test.beforeEach(async ({ leaks }) => {
  host = await plainHost();
  leaks.allow(host.url);
});
test.afterEach(() => host.close());

const isolated = (page: Page) => page.evaluate(() => crossOriginIsolated);

/** The first visit, until the page says that the studio is kept. */
async function visitOnce(page: Page): Promise<void> {
  await openStudio(page, host.url);
  await page.getByRole('button', { name: 'Help and keys' }).click();
  await expect(page.getByTestId('offline')).toContainText('are kept on this computer', { timeout: 60_000 });
  await page.keyboard.press('Escape');
}

test('after one visit the demo runs without network, and on threads, from a folder of a host without headers', async ({
  page,
  context,
}) => {
  await visitOnce(page);
  expect(await isolated(page)).toBe(false);
  await expect(page.getByTestId('backend-label')).not.toContainText('threads');
  await host.close();
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByTestId('backend-label')).not.toHaveText(/choosing/);
  expect(await isolated(page)).toBe(true);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  if (cores > 1) await expect(page.getByTestId('backend-label')).toContainText('threads');
  await page.getByTestId('demo-mlp').click();
  await expect(runState(page)).toHaveText(/done/, { timeout: 120_000 });
  expect((await readAccuracies(page, 2)).joint).toBeGreaterThan(0.91);
  // Parts of the page that nothing has shown yet.
  await page.getByRole('tab', { name: 'Matrices' }).click();
  await expect(page.getByTestId('heatmap')).toBeVisible();
});

test('a new version is offered, waits for a run and for other tabs, and then comes', async ({ page, context }) => {
  await visitOnce(page);
  host.renew('Studio, renewed');
  await page.reload();
  await expect(page).toHaveTitle('FS-Merge Studio');
  const note = page.getByTestId('update-note');
  await expect(note).toContainText('A new version', { timeout: 60_000 });
  const load = note.getByRole('button', { name: 'Load it' });

  await page.getByTestId('demo-mlp').click();
  await expect(runState(page)).toHaveText(/running/, { timeout: 60_000 });
  await expect(load).toBeDisabled();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(load).toBeEnabled({ timeout: 60_000 });

  const other = await context.newPage();
  await other.goto(host.url);
  await load.click();
  await expect(note).toContainText('Another tab');
  await other.close();
  await load.click();
  await expect(page).toHaveTitle('Studio, renewed');
  await expect(note).toBeEmpty();
});
