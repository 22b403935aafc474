/** `npm run screenshots`: plays a demo in the built studio, takes pictures in test-results/screenshots, and renews those of the README. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { systemBrowser } from './browser.mjs';
import { projectFolder } from './command.mjs';

const folder = join(projectFolder, 'test-results/screenshots');
mkdirSync(folder, { recursive: true });
const inReadme = ['training-1440-light.png', 'inspecting-1440-dark.png'];
const sizes = [
  { name: '1440', width: 1440, height: 900 },
  { name: '820', width: 820, height: 1180 },
  { name: '390', width: 390, height: 844 },
];
const minutes = 60_000;

const server = await preview();
const url = server.resolvedUrls?.local[0] ?? '';
const browser = await chromium.launch({ executablePath: systemBrowser(), args: ['--no-sandbox', '--disable-quic'] });
for (const { name, width, height } of sizes) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(url);
    await journey(page, (state) => page.screenshot({ path: join(folder, `${state}-${name}-${colorScheme}.png`) }));
    await page.close();
    console.log(`${name} ${colorScheme}`);
  }
}
for (const name of inReadme) copyFileSync(join(folder, name), join(projectFolder, 'docs/images', name));
await browser.close();
await server.close();

/**
 * Empty, training, inspecting, comparing, exporting.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
async function journey(page, shoot) {
  const demo = page.getByTestId('demo-mlp');
  await demo.waitFor();
  await page.waitForFunction(() => !document.querySelector('[data-testid=demo-mlp]')?.hasAttribute('disabled'));
  await shoot('empty');
  await demo.click();
  await page.waitForFunction(
    () =>
      Number.parseInt(document.querySelector('[data-testid=run-step]')?.textContent?.replace(/\D+/, '') ?? '', 10) >
      130,
    undefined,
    { timeout: 2 * minutes },
  );
  await shoot('training');
  await page.locator('[data-testid=run-state][data-state=done]').waitFor({ timeout: 2 * minutes });
  await page.getByTestId('comparing').waitFor({ state: 'detached', timeout: minutes });
  for (const [tab, state] of [
    ['Matrices', 'inspecting'],
    ['Compare', 'comparing'],
    ['Export', 'exporting'],
  ]) {
    await page.getByRole('tab', { name: tab }).click();
    if (tab === 'Export') {
      const download = page.waitForEvent('download');
      await page.getByTestId('export').click();
      await download;
      await page.getByTestId('export-report').waitFor();
    }
    await page.waitForTimeout(500);
    await shoot(/** @type {string} */ (state));
  }
}
