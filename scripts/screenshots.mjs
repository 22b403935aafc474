/**
 * `npm run screenshots`: plays every state of the built studio, takes pictures in test-results/screenshots, and renews those of the
 * README and the guides in docs/images. `npm run screenshots -- 1440 light` takes those of one width and scheme.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { systemBrowser } from './browser.mjs';
import { projectFolder } from './command.mjs';
import { takeForDocs } from './screenshots/docs.mjs';
import { keptRuns } from './screenshots/kept-runs.mjs';
import { sessions } from './screenshots/sessions.mjs';

const folder = join(projectFolder, 'test-results/screenshots');
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
const sizes = [
  { name: '1440', width: 1440, height: 900 },
  { name: '820', width: 820, height: 1180 },
  { name: '390', width: 390, height: 844 },
  { name: '1920', width: 1920, height: 1080 },
];
const minutes = 60_000;

const server = await preview();
const url = server.resolvedUrls?.local[0] ?? '';
const browser = await chromium.launch({
  executablePath: systemBrowser(),
  args: ['--no-sandbox', '--disable-quic', '--disable-gpu-rasterization', '--disable-gpu-compositing'],
});
for (const { name, width, height } of sizes) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    if (!wanted.every((word) => [name, colorScheme].includes(word))) continue;
    const page = await browser.newPage({ serviceWorkers: 'block', viewport: { width, height }, colorScheme });
    await page.goto(url);
    await journey(page, async (state) => {
      const look = `${state}-${name}-${colorScheme}`;
      await page.screenshot({ path: join(folder, `${look}.png`) });
      await takeForDocs(page, look);
    });
    await page.close();
    console.log(`${name} ${colorScheme}`);
  }
}
await browser.close();
await server.close();

/**
 * Every state of the page, from the first visit to the exported file.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
async function journey(page, shoot) {
  await ready(page);
  await shoot('empty');
  await page.getByRole('button', { name: 'Help and keys' }).click();
  await shoot('help');
  await page.keyboard.press('Escape');
  await trainOwn(page, shoot);
  await anew(page);
  await loaded(page, shoot);
  await anew(page);
  await page.getByTestId('demo-mlp').click();
  await page.waitForFunction(
    () =>
      Number.parseInt(document.querySelector('[data-testid=run-step]')?.textContent?.replace(/\D+/, '') ?? '', 10) >
      130,
    undefined,
    { timeout: 2 * minutes },
  );
  await shoot('training');
  await done(page);
  await page.getByTestId('comparing').waitFor({ state: 'detached', timeout: minutes });
  await page.getByRole('slider', { name: 'How far it is folded' }).fill('50');
  await shoot('folding');
  await page.getByRole('slider', { name: 'How far it is folded' }).fill('0');
  await matrices(page, shoot);
  await page.getByRole('tab', { name: 'Compare' }).click();
  await settled(page);
  await shoot('comparing');
  await page.getByRole('button', { name: 'Show mistakes' }).click();
  await page.getByTestId('mistakes').scrollIntoViewIfNeeded();
  await settled(page);
  await shoot('mistakes');
  await page.getByRole('tab', { name: 'Export' }).click();
  const download = page.waitForEvent('download');
  await page.getByTestId('export').click();
  await download;
  await page.getByTestId('export-report').waitFor();
  await settled(page);
  await shoot('exporting');
  await sessions(page, shoot);
  await growing(page, shoot);
  await lesson(page, shoot);
  await keptRuns(page, shoot);
}

/**
 * Two networks of one's own: chosen, badly chosen, in training, and as sources.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
async function trainOwn(page, shoot) {
  await page.getByTestId('train-own').click();
  await page.getByTestId('own-network-1').getByText('numbers').waitFor();
  await shoot('own-choices');
  await page.getByRole('button', { name: 'Network 2: none of the classes' }).click();
  await page.getByRole('alert').first().waitFor();
  await shoot('own-refused');
  await page.getByRole('button', { name: 'Network 2: all classes' }).click();
  await page.getByTestId('own-pace').locator('summary').click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Epochs' }).fill('60');
  await page.getByTestId('own-pace').locator('summary').click();
  await page.getByRole('button', { name: 'Train both' }).click();
  await page.waitForFunction(() => Number(document.querySelector('dialog progress')?.getAttribute('value')) > 0.4);
  await shoot('own-training');
  await page.getByRole('button', { name: 'Go on to the merge' }).waitFor({ timeout: minutes });
  await settled(page);
  await shoot('own-trained');
  await page.getByRole('button', { name: 'Go on to the merge' }).click();
  await settled(page);
  await shoot('own-sources');
}

/**
 * ViTs and their images before a run, every card unfolded; and a file that is none.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
async function loaded(page, shoot) {
  const files = [
    'vit/vit-mnist.safetensors',
    'vit/vit-fashion-mnist.safetensors',
    'images/mnist.npz',
    'images/fashion-mnist.npz',
  ];
  const input = page.locator('input[type=file]').first();
  await input.setInputFiles(files.map((file) => join(projectFolder, 'public/demo', file)));
  await page.getByTestId('source-list').getByRole('listitem').nth(1).waitFor();
  await settled(page);
  await shoot('loaded');
  const facts = page.getByTestId('source-list').locator('details').first().locator('summary');
  await facts.click();
  await settled(page);
  await shoot('facts');
  await facts.click();
  for (const card of ['Images', 'Method']) {
    const button = page.getByRole('button', { name: new RegExp(`^\\d? ?${card}`) });
    if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
    await button.evaluate((header) => header.scrollIntoView({ block: 'start' }));
    await settled(page);
    await shoot(card.toLowerCase());
  }
  const broken = { name: 'broken.safetensors', mimeType: 'application/octet-stream', buffer: Buffer.alloc(64, 7) };
  await page.locator('input[type=file]').first().setInputFiles(broken);
  await page.getByRole('alert').first().waitFor();
  await page.getByRole('alert').first().scrollIntoViewIfNeeded();
  await shoot('refused');
}

/**
 * One run's M and U, then beside those of another start.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
async function matrices(page, shoot) {
  await page.getByRole('tab', { name: 'Matrices' }).click();
  await page.getByTestId('heatmap').hover({ position: { x: 60, y: 60 } });
  await settled(page);
  await shoot('inspecting');
  await page.getByRole('button', { name: /Method/ }).click();
  await page.getByRole('radio', { name: 'first', exact: true }).check({ force: true });
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.locator('[data-testid=run-state]:not([data-state=done])').waitFor();
  await done(page);
  // A new run shows its training.
  await page.getByRole('tab', { name: 'Matrices' }).click();
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ index: 1 });
  await page.getByTestId('matrix-column').nth(1).waitFor();
  await page
    .getByTestId('heatmap')
    .first()
    .hover({ position: { x: 40, y: 40 } });
  await settled(page);
  await shoot('side-by-side');
}

/**
 * FS-Merge against distillation as the images grow.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
async function growing(page, shoot) {
  await anew(page);
  await page.getByTestId('demo-few-images').click();
  await page.getByTestId('growth-progress').filter({ hasText: 'run 6' }).waitFor({ timeout: minutes });
  await shoot('growing');
  await page.getByTestId('growth-progress').waitFor({ state: 'detached', timeout: 2 * minutes });
  await page.getByTestId('growth').getByText('Show as table').click();
  await settled(page);
  await shoot('grown');
}

/**
 * A lesson at a step that asks for something, at its end, and one that does not exist.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
async function lesson(page, shoot) {
  await page.goto(new URL('?lesson=any-target', page.url()).href);
  for (let step = 1; step <= 4; step++) {
    await page.locator('[data-lesson-target]').waitFor();
    const doIt = page.getByTestId('lesson-do');
    if (step > 1 && (await doIt.count()) > 0) {
      await page.locator('[data-testid=lesson-do][aria-disabled=false]').waitFor({ timeout: minutes });
      if (step === 3) await settled(page).then(() => shoot('lesson'));
      await doIt.click();
    }
    await page.locator('[data-testid=lesson-next][aria-disabled=false]').waitFor({ timeout: minutes });
    if (step < 4) await page.getByTestId('lesson-next').click();
  }
  await settled(page);
  await shoot('lesson-shows');
  await page.goto(new URL('?lesson=none', page.url()).href);
  await page.getByRole('alert').waitFor();
  await shoot('lesson-unknown');
}

/**
 * The first page again: the address holds a recipe, which a reload would bring back.
 * @param {import('@playwright/test').Page} page
 */
async function anew(page) {
  await page.goto('about:blank');
  await page.goto(url);
  await ready(page);
}

/** @param {import('@playwright/test').Page} page */
function ready(page) {
  return page.getByTestId('backend-label').filter({ hasNotText: 'choosing' }).waitFor();
}

/** @param {import('@playwright/test').Page} page */
function done(page) {
  return page.locator('[data-testid=run-state][data-state=done]').waitFor({ timeout: 2 * minutes });
}

/** @param {import('@playwright/test').Page} page */
function settled(page) {
  return page.waitForTimeout(800);
}
