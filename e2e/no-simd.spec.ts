/** A processor on which WebAssembly has no SIMD: slower, and told. */
import { systemBrowser } from '../scripts/browser.mjs';
import { openStudio, readAccuracies, runState } from './support/studio.ts';
import { expect, test } from './support/test.ts';

test.use({
  launchOptions: {
    executablePath: systemBrowser(),
    // Without these instructions the browser itself refuses SIMD in WebAssembly.
    args: ['--no-sandbox', '--js-flags=--no-enable-sse4-1 --no-enable-ssse3'],
  },
});

test('the demo runs, and the label and the menu say what is missing', async ({ page }) => {
  await openStudio(page);
  await expect(page.getByTestId('backend-label')).toHaveText(/^WASM without SIMD/);
  await page.getByRole('button', { name: /Backend/ }).click();
  await expect(page.locator('.menu-intro')).toContainText('It has no SIMD in this browser');
  await page.keyboard.press('Escape');
  await page.getByTestId('demo-mlp').click();
  await expect(runState(page)).toHaveText(/done/, { timeout: 240_000 });
  expect((await readAccuracies(page, 2)).joint).toBeGreaterThan(0.91);
});
