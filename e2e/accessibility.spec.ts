/** Every state of the page, light and dark, under axe. */

import { expectAccessible } from './support/axe.ts';
import { expectStep, nextButton, openLesson } from './support/lesson.ts';
import { drop, openStudio, runState, shownStep } from './support/studio.ts';
import { expect, test } from './support/test.ts';

test('axe finds nothing in any state', async ({ page }) => {
  await openStudio(page);
  await expectAccessible(page, 'empty');

  await page.getByRole('button', { name: 'Help and keys' }).click();
  await expectAccessible(page, 'help');
  await page.keyboard.press('Escape');

  await drop(page, 'vit/vit-mnist.safetensors', 'vit/vit-fashion-mnist.safetensors');
  await drop(page, 'images/mnist.npz', 'images/fashion-mnist.npz');
  for (const card of ['Images', 'Method', 'Run']) {
    const button = page.getByRole('button', { name: new RegExp(`^\\d? ?${card}`) });
    if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
  }
  await page.getByTestId('source-list').locator('details').first().locator('summary').click();
  await expect(page.getByTestId('run-time')).toBeVisible();
  await expectAccessible(page, 'loaded');

  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect.poll(() => shownStep(page)).toBeGreaterThan(20);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(runState(page)).toHaveText('paused');
  await expectAccessible(page, 'training');

  await page.getByRole('tab', { name: 'Matrices' }).click();
  await expect(page.getByTestId('heatmap')).toBeVisible();
  await expect(page.getByRole('img', { name: /Singular values/ }).first()).toBeVisible();
  await expectAccessible(page, 'matrices');

  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(runState(page)).toHaveText('stopped early');
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Show mistakes' }).click();
  await expect(page.getByTestId('mistakes')).toBeVisible();
  await expectAccessible(page, 'compare');

  await page.getByRole('tab', { name: 'Export' }).click();
  const download = page.waitForEvent('download');
  await page.getByTestId('export').click();
  await download;
  await expect(page.getByTestId('export-report')).toBeVisible();
  await expectAccessible(page, 'export');

  await drop(page, '../icon.svg');
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expectAccessible(page, 'refused file');
});

test('nor on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openStudio(page);
  await expectAccessible(page, 'empty');
  await page.getByTestId('demo-mlp').click();
  await expect(runState(page)).toHaveText('done', { timeout: 60_000 });
  await expectAccessible(page, 'trained');
  await page.getByRole('tab', { name: 'Matrices' }).click();
  await expect(page.getByRole('img', { name: /Singular values/ }).first()).toBeVisible();
  await expectAccessible(page, 'matrices');
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Show mistakes' }).click();
  await expect(page.getByTestId('mistakes')).toBeVisible();
  await expectAccessible(page, 'compare');
  await page.getByRole('tab', { name: 'Export' }).click();
  await expect(page.getByTestId('export-size')).toBeVisible();
  await expectAccessible(page, 'export');
});

for (const [where, width, height] of [
  ['on a laptop', 1440, 900],
  ['on a phone', 390, 844],
] as const) {
  test(`nor in a lesson ${where}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await openLesson(page, 'averaging');
    await expectStep(page, 1);
    await expectAccessible(page, 'lesson, something to see');
    await nextButton(page).click();
    await expectStep(page, 2);
    await expectAccessible(page, 'lesson, something to do');
  });
}
