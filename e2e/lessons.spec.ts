/** Every lesson from its address to its end; what it says is what the page shows. */
import type { Page } from '@playwright/test';
import { appUrl } from './support/app.ts';
import { expectStep, lesson, lessonText, nextButton, openLesson, sharesIn, target, walk } from './support/lesson.ts';
import { openStudio, runState, share } from './support/studio.ts';
import { expect, test } from './support/test.ts';

/** Shares of a row of the comparison: each task, then joint. */
async function row(page: Page, kind: string, index = 0): Promise<number[]> {
  const cells = page.getByTestId(`compare-${kind}`).nth(index).getByRole('cell');
  return (await cells.allTextContents()).slice(0, 3).map(share);
}

test('why averaging fails: to the fold by keyboard alone', async ({ page }) => {
  await openLesson(page, 'averaging');
  await expect(lesson(page).getByRole('heading')).toBeFocused();
  await expectStep(page, 1);
  await page.keyboard.press('n');
  await expectStep(page, 2);
  await page.keyboard.press('n'); // not before the step is done
  await expectStep(page, 2);
  await page.keyboard.press('c');
  await expect(nextButton(page)).toHaveAttribute('aria-disabled', 'false');
  await page.keyboard.press('n');
  await expectStep(page, 3);
  // The guide comes after the page: its first button is one Tab away from its heading.
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('lesson-do')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(nextButton(page)).toHaveAttribute('aria-disabled', 'false', { timeout: 60_000 });
  await page.keyboard.press('n');
  await expectStep(page, 4);
  const sources = [await row(page, 'source', 0), await row(page, 'source', 1)];
  expect(sharesIn(await lessonText(page))).toEqual([sources[0]?.[0], sources[1]?.[1]]);
  expect(Math.min(...sharesIn(await lessonText(page)))).toBeGreaterThan(0.75);
  await page.keyboard.press('n');
  await expectStep(page, 5);
  const average = await row(page, 'average');
  expect(sharesIn(await lessonText(page))).toEqual([...average.slice(0, 2), 0.1]);
  expect(Math.max(...average)).toBeLessThan(0.3);
  await page.keyboard.press('b');
  await expectStep(page, 4);
  await page.keyboard.press('n');
  await page.keyboard.press('n');
  await expectStep(page, 6);
  await expect(page.getByTestId('comparing')).toHaveText(/are measured/, { timeout: 90_000 });
  // The button that had the focus went with its step: the heading has it now, and the space bar is free.
  await expect(lesson(page).getByRole('heading')).toBeFocused();
  await page.keyboard.press(' ');
  await expect(runState(page)).toHaveText(/running/, { timeout: 30_000 });
  await expect(runState(page)).toHaveText(/done/, { timeout: 120_000 });
  await page.keyboard.press('n');
  await expectStep(page, 7);
  const merged = await row(page, 'fs-merge');
  expect(sharesIn(await lessonText(page))).toEqual([...merged, average[2]]);
  expect(merged[2]).toBeGreaterThan((average[2] ?? 1) + 0.5);
  await page.keyboard.press('n');
  await expectStep(page, 8);
  await page.keyboard.press('f');
  await expect(page.getByTestId('supernet-readout')).toContainText('one plain network', { timeout: 20_000 });
  await expect.poll(() => lessonText(page)).toContain('one plain network is left');
  await page.keyboard.press('n');
  await expect(lesson(page)).toHaveCount(0);
  await expect(target(page)).toHaveCount(0);
  expect(page.url()).not.toContain('lesson');
});

test('what M and U do', async ({ page }) => {
  await openLesson(page, 'matrices');
  await walk(page, {
    3: async () => {
      await expect(page.getByRole('tab', { name: 'Matrices' })).toHaveAttribute('aria-selected', 'true');
    },
    4: async (text) => {
      expect(text).toContain('256 × 128');
      await expect(page.getByTestId('matrix-size')).toContainText('256 × 128');
    },
    5: async () => {
      await expect(page.getByTestId('likeness-0').getByRole('cell').first()).toHaveText(/50\.0.%/);
    },
    8: async (text) => {
      const shares = sharesIn(text);
      expect(shares).toHaveLength(2);
      expect((shares[0] ?? 0) + (shares[1] ?? 0)).toBeCloseTo(1, 2);
    },
    9: async () => {
      await expect(page.getByTestId('matrix-size')).toContainText('128 × 256');
    },
  });
});

test('folding', async ({ page }) => {
  await openLesson(page, 'folding');
  await walk(page, {
    4: async (text) => {
      expect(text).toContain('One plain network is left');
      await expect(page.getByTestId('supernet').locator('svg .merged')).toHaveCount(2);
    },
    7: async (text) => {
      const [back, before] = sharesIn(text);
      expect(back).toBe(before);
      expect(back).toBeGreaterThan(0.85);
      expect(Number(text.match(/an output is (\S+)\.$/)?.[1])).toBeLessThan(1e-3);
    },
  });
});

test('few images', async ({ page }) => {
  await openLesson(page, 'few-images');
  await walk(page, {
    5: async (text) => {
      const [fewMerged = 1, fewDistilled = 1, manyMerged = 0, manyDistilled = 1] = sharesIn(text);
      expect(manyMerged).toBeGreaterThan(fewMerged);
      expect(manyDistilled).toBeGreaterThan(fewDistilled);
      const [, ahead, of] = text.match(/ahead at (\d) of (\d)/) ?? [];
      expect(of).toBe('6');
      expect(Number(ahead)).toBeGreaterThan(3);
    },
  });
});

test('initialisations side by side', async ({ page }) => {
  await openLesson(page, 'starts');
  await walk(page, {
    6: async (text) => {
      const shares = sharesIn(text);
      const shown = await page.getByTestId('run-list').locator('tbody tr td:nth-last-child(2)').allTextContents();
      expect(shown.map(share).toReversed()).toEqual(shares);
      expect(shares).toHaveLength(3);
      expect(Math.min(...shares)).toBeGreaterThan(0.8);
    },
    9: async (text) => expect(sharesIn(text)).toHaveLength(3),
  });
});

test('any target can be reached', async ({ page }) => {
  await openLesson(page, 'any-target');
  const off = (text: string) => Number(text.match(/(\S+) off/)?.[1]);
  await walk(page, {
    4: async (text) => expect(off(text)).toBeLessThan(1e-4),
    5: async (text) => expect(off(text)).toBeGreaterThan(0.05),
    6: async (text) => expect(off(text)).toBeLessThan(1e-4),
    7: async (text) => expect(off(text)).toBeLessThan(1e-4),
  });
});

test('the help and the first page open lessons, Escape leaves them, and unknown ones are told', async ({ page }) => {
  await openStudio(page, appUrl('?lesson=frobnication'));
  await expect(page.getByRole('alert')).toContainText('There is no lesson “frobnication”');
  expect(page.url()).not.toContain('lesson');
  await page.getByTestId('welcome').getByRole('button', { name: 'Folding' }).click();
  await expect(lesson(page)).toHaveAttribute('data-lesson', 'folding');
  expect(page.url()).toContain('?lesson=folding');
  await page.keyboard.press('?');
  await page.keyboard.press('Escape'); // closes the help alone
  await expect(lesson(page)).toBeVisible();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog');
  await expect(help.locator('.lesson-list').getByRole('button')).toHaveCount(6);
  await help.getByRole('button', { name: 'Any target can be reached' }).click();
  await expect(lesson(page)).toHaveAttribute('data-lesson', 'any-target');
  await expectStep(page, 1);
  await page.keyboard.press('Escape');
  await expect(lesson(page)).toHaveCount(0);
  expect(page.url()).not.toContain('lesson');
});

test('on a phone the lesson is a sheet below what it points at', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 390, height: 844 });
  await openLesson(page, 'any-target');
  await walk(page, {
    3: async () => {
      const sheet = await lesson(page).boundingBox();
      expect(sheet?.width).toBe(390);
      expect(sheet?.height).toBeLessThan(844 / 2);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    },
  });
});
