/** The first second: what can be done before the worker is there, and files that the installed studio is opened with. */
import { readFileSync } from 'node:fs';
import { appUrl } from './support/app.ts';
import { demoFile, openStudio, runState } from './support/studio.ts';
import { expect, test } from './support/test.ts';

test('a demo that is clicked before the worker is there runs as soon as it is', async ({ page }) => {
  await page.route('**/studio.worker*.js', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await route.continue();
  });
  await page.goto(appUrl());
  await page.getByTestId('demo-mlp').click();
  await expect(page.getByTestId('backend-label')).toHaveText(/choosing/);
  await expect(page.getByTestId('loading')).toContainText('Reading');
  await expect(runState(page)).toHaveText(/running|done/, { timeout: 60_000 });
});

test('without its worker the page says so, and a click ends in words', async ({ page }) => {
  await page.route('**/studio.worker*.js', (route) => route.abort());
  await page.goto(appUrl());
  await page.getByTestId('demo-mlp').click();
  await expect(page.getByTestId('error-note').first()).toContainText('worker could not be started');
  await expect(page.getByTestId('demo-mlp')).toBeEnabled();
});

test('files that the installed studio is opened with are taken', async ({ page }) => {
  const bytes = [...readFileSync(demoFile('mlp/mlp-mnist-0to4.pt'))];
  // Only an installed app gets files from the system: here the browser's own queue is played.
  await page.addInitScript((content) => {
    const file = new File([new Uint8Array(content)], 'mlp-mnist-0to4.pt');
    const handles = [{ getFile: async () => file }];
    const setConsumer = (take: (launch: { files: unknown[] }) => void) => take({ files: handles });
    Object.defineProperty(window, 'launchQueue', { value: { setConsumer } });
  }, bytes);
  await openStudio(page);
  await expect(page.getByTestId('source-list').getByRole('listitem')).toContainText('mlp-mnist-0to4.pt');
});
