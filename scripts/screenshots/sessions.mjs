/** What a link, a saved session and the next visit bring back, for `npm run screenshots`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../command.mjs';

/** @param {string} name @param {string} path */
const demoFile = (name, path) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: readFileSync(join(projectFolder, 'public/demo', path)),
});

/**
 * From a page that has played the MLP demo.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
export async function sessions(page, shoot) {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const saved = await (await download).path();
  const link = page.url();
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { get: () => undefined }));
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await shoot('sharing');
  await page.keyboard.press('Escape');

  await page.goto('about:blank');
  await page.goto(link.replace(/#.*/, ''));
  await page.getByTestId('go-on').waitFor();
  await page.waitForTimeout(800);
  await shoot('returning');
  await storage(page, shoot);

  await page.goto('about:blank');
  await page.goto(link);
  await page.getByTestId('needed-file').nth(2).waitFor();
  await page.getByRole('button', { name: /^Fetch/ }).waitFor();
  await page.waitForTimeout(800);
  await shoot('linked');

  await page.goto('about:blank');
  await page.goto(link.replace(/#.*/, ''));
  const offers = page.getByTestId('go-on');
  await offers.getByText('One session before it').click();
  await shoot('returning-to-two');
  for (let left = 2; left > 0; left--) {
    await offers
      .getByRole('button', { name: /^Forget the session/ })
      .first()
      .click();
  }
  const file = { name: 'digits.fsmerge.json', mimeType: 'application/json', buffer: readFileSync(saved) };
  const input = page.locator('input[type=file]').first();
  await input.setInputFiles(file);
  await page.getByTestId('run-list').waitFor();
  await shoot('restored');
  await full(page, shoot);
  await page.getByRole('tab', { name: 'Matrices' }).click();
  await shoot('restored-matrices');
  await input.setInputFiles([
    demoFile('mlp-mnist-0to4.pt', 'vit/vit-mnist.safetensors'),
    demoFile('mlp-mnist-5to9.pt', 'mlp/mlp-mnist-5to9.pt'),
  ]);
  await page.getByText('its contents differ').scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  await shoot('namesake');
}

/**
 * What the studio keeps in the browser, in the help.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
async function storage(page, shoot) {
  await page.getByRole('button', { name: 'Help and keys' }).click();
  await page.getByTestId('storage').waitFor();
  await page.getByTestId('storage').evaluate((section) => section.scrollIntoView({ block: 'center' }));
  await shoot('storage');
  await page.keyboard.press('Escape');
}

/**
 * A browser that has no room left.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
async function full(page, shoot) {
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await page.getByTestId('run-list').getByRole('button', { name: /^Hide/ }).click();
  await page.getByTestId('unkept-note').getByRole('button').waitFor();
  await page
    .getByTestId('run-list')
    .getByRole('button', { name: /^Show .* in the charts/ })
    .click();
  await page.getByTestId('unkept-note').scrollIntoViewIfNeeded();
  await page.waitForTimeout(600);
  await shoot('unkept');
}
