/** The picture of the SuperNet: what it says is what the matrices say; it folds and unfolds, by mouse and by keys. */
import type { Page } from '@playwright/test';
import { choose, openMlpPair, openStudio, openTrainingOptions, runState, setNumber } from './support/studio.ts';
import { expect, test } from './support/test.ts';

const picture = (page: Page) => page.getByTestId('supernet');
const bars = (page: Page) => picture(page).locator('.hits button');
const scrubber = (page: Page) => picture(page).getByRole('slider', { name: 'How far it is folded' });

async function playDemo(page: Page): Promise<void> {
  await openStudio(page);
  await page.getByTestId('demo-mlp').click();
  await expect(runState(page)).toHaveText(/done/, { timeout: 60_000 });
}

/** Where the shapes of a class are drawn. */
const drawn = (page: Page, selector: string) =>
  picture(page)
    .locator(`svg ${selector}`)
    .evaluateAll((shapes) =>
      shapes.map((shape) => ['x', 'y', 'width', 'height'].map((name) => shape.getAttribute(name))),
    );

test('before the run it shows how M and U start', async ({ page }) => {
  await openMlpPair(page);
  await page.locator('#card-method').scrollIntoViewIfNeeded();
  const first = picture(page).getByRole('button', { name: /^layer 1 · M:/ });
  await choose(page, 'first');
  await expect(first).toHaveAccessibleName(/0to4 100\.0.%, .*5to9 0\.0.%/);
  await choose(page, 'average');
  await expect(first).toHaveAccessibleName(/0to4 50\.0.%, .*5to9 50\.0.%/);
  await choose(page, 'random');
  await expect(first).toHaveAccessibleName(/no shares before the run/);
  await expect(page.getByTestId('supernet-state')).toHaveText(/random/);
});

test('bars follow the training', async ({ page }) => {
  await openMlpPair(page);
  await choose(page, 'first');
  await openTrainingOptions(page);
  await setNumber(page, 'Epochs', 2000);
  await setNumber(page, 'Learning rate', 2e-3);
  const second = picture(page).getByRole('button', { name: /^layer 2 · M:/ });
  await expect(second).toHaveAccessibleName(/0to4 100\.0.%/);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(runState(page)).toHaveText(/running/);
  await expect(second).not.toHaveAccessibleName(/0to4 100\.0.%/);
  const early = (await second.getAttribute('aria-label')) ?? '';
  await expect(second).not.toHaveAccessibleName(early);
  await expect(runState(page)).toHaveText(/running/);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
});

test('bars tell the shares that the matrices have, and open them', async ({ page }) => {
  await playDemo(page);
  await page.getByRole('tab', { name: 'Matrices' }).click();
  const rows = page.getByTestId('matrix-list').getByRole('button');
  await expect(rows).toHaveCount(4);
  await expect(bars(page)).toHaveCount(4);
  for (const row of await rows.all()) {
    const name = (await row.getAttribute('data-matrix')) ?? '';
    const shares = (await row.getByRole('img').getAttribute('aria-label')) ?? 'none';
    await picture(page).locator(`.hits [data-bar="${name}"]`).hover();
    await expect(page.getByTestId('supernet-readout')).toContainText(`: ${shares}. It `);
  }
  await page.getByRole('tab', { name: 'Training' }).click();
  await picture(page).locator('.hits [data-bar="layers.1.M"]').click();
  await expect(page.getByRole('tab', { name: 'Matrices' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('matrix-list').locator('[data-matrix="layers.1.M"]')).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});

test('the fold is scrubbed there and back', async ({ page }) => {
  await playDemo(page);
  const before = await drawn(page, '.layer');
  expect(before).toHaveLength(4);
  await scrubber(page).fill('40');
  expect(await drawn(page, '.layer')).not.toEqual(before);
  await scrubber(page).fill('100');
  expect(await drawn(page, '.layer')).toEqual([]);
  expect(await drawn(page, '[data-bar] rect')).toEqual([]);
  expect(await drawn(page, '.merged')).toHaveLength(2);
  expect(await drawn(page, '.head')).toHaveLength(2);
  await expect(page.getByTestId('supernet-readout')).toContainText('one plain network');
  await scrubber(page).fill('0');
  expect(await drawn(page, '.layer')).toEqual(before);
});

test('keys are enough', async ({ page }) => {
  await playDemo(page);
  await page.keyboard.press('f');
  await expect(scrubber(page)).toHaveValue('100', { timeout: 20_000 });
  await page.keyboard.press('f');
  await expect(scrubber(page)).not.toHaveValue('100');
  await page.keyboard.press('f');
  const paused = await scrubber(page).inputValue();
  await page.waitForTimeout(400);
  await expect(scrubber(page)).toHaveValue(paused);

  await scrubber(page).focus();
  await page.keyboard.press('Home');
  await expect(scrubber(page)).toHaveValue('0');
  // Speed, the button that hides, the first bar.
  for (let stop = 0; stop < 3; stop++) await page.keyboard.press('Tab');
  await expect(bars(page).first()).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('supernet-readout')).toContainText('layer 1 · U: ');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: 'Matrices' })).toBeFocused();
  await expect(page.getByRole('heading', { name: 'layer 1 · U' })).toBeVisible();

  await page.keyboard.press('e');
  await expect(page.getByTestId('export')).toBeFocused();
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  await download;
});

test('nothing moves by itself where the system asks for calm', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await playDemo(page);
  await page.keyboard.press('f');
  await expect(scrubber(page)).toHaveValue('100', { timeout: 1000 });
  await expect(picture(page).getByRole('button', { name: 'Pause the fold' })).toHaveCount(0);
  await scrubber(page).fill('30');
  await expect(scrubber(page)).toHaveValue('30');
});

test('it runs from top to bottom on a narrow page, and stays hidden when it was', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await playDemo(page);
  const boxes = await Promise.all((await bars(page).all()).map((bar) => bar.boundingBox()));
  const tops = boxes.map((box) => box?.y ?? 0);
  expect(tops).toEqual([...tops].sort((a, b) => a - b));
  expect(new Set(boxes.map((box) => box?.x)).size).toBe(1);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await picture(page).getByRole('button', { name: 'Hide the picture' }).click();
  await expect(bars(page)).toHaveCount(0);
  await page.reload();
  await page.getByTestId('demo-mlp').click();
  await expect(picture(page).getByRole('button', { name: 'Show the picture' })).toBeVisible();
  await expect(bars(page)).toHaveCount(0);
});

test('it leaves the tabs in sight on a laptop', async ({ page }) => {
  await playDemo(page);
  expect((await picture(page).boundingBox())?.height).toBeLessThanOrEqual(260);
  await expect(page.getByRole('tab', { name: 'Training' })).toBeInViewport();
});
