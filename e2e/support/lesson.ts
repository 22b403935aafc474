/** A class's way through a lesson: what each step points at is there, in sight, and not covered by what the lesson says. */
import type { Page } from '@playwright/test';
import { appUrl } from './app.ts';
import { openStudio } from './studio.ts';
import { expect } from './test.ts';

export const lesson = (page: Page) => page.getByTestId('lesson');
export const lessonText = async (page: Page): Promise<string> =>
  (await page.getByTestId('lesson-text').textContent()) ?? '';
export const nextButton = (page: Page) => page.getByTestId('lesson-next');
export const target = (page: Page) => page.locator('[data-lesson-target]');

/** Opens the lesson by its address and waits until its networks are loaded. */
export async function openLesson(page: Page, id: string): Promise<void> {
  await openStudio(page, appUrl(`?lesson=${id}`));
  await expect(lesson(page)).toHaveAttribute('data-lesson', id);
  await expect(target(page)).toHaveCount(1);
}

/** The step that is shown, from 1. */
export async function expectStep(page: Page, step: number): Promise<void> {
  await expect(page.getByTestId('lesson-place')).toHaveText(new RegExp(`^step ${step} of`));
  await expect(target(page)).toHaveCount(1);
  await expect(target(page)).toBeVisible();
  await expect(target(page)).toBeInViewport();
  await expect.poll(() => isInSight(page)).toBe(true);
}

/** Whether the middle of what is to be seen of the target is the target, and not something that lies on it. */
const isInSight = (page: Page): Promise<boolean> =>
  target(page).evaluate((element) => {
    const guide = document.querySelector('.guide')?.getBoundingClientRect();
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const [from, to] = [Math.max(0, top), Math.min(bottom, guide?.top ?? innerHeight)];
    if (to <= from) return false;
    const seen = document.elementFromPoint((left + right) / 2, (from + to) / 2);
    return seen !== null && (element.contains(seen) || seen.contains(element));
  });

export interface Told {
  /** What was said once the step was done. */
  text: string;
}

/** Through all steps, with the button that does each; `after` looks at a step, from 1, once it is done. Seconds that it took. */
export async function walk(
  page: Page,
  after: Readonly<Record<number, (text: string) => Promise<void>>>,
): Promise<number> {
  const started = Date.now();
  const steps = Number.parseInt(
    ((await page.getByTestId('lesson-place').textContent()) ?? '').split(' of ')[1] ?? '',
    10,
  );
  for (let step = 1; step <= steps; step++) {
    await expectStep(page, step);
    const doIt = page.getByTestId('lesson-do');
    if ((await doIt.count()) > 0) {
      await expect(nextButton(page)).toHaveAttribute('aria-disabled', 'true');
      await expect(doIt).toHaveAttribute('aria-disabled', 'false', { timeout: 90_000 });
      await doIt.click();
    }
    await expect(nextButton(page)).toHaveAttribute('aria-disabled', 'false', { timeout: 120_000 });
    const text = await lessonText(page);
    expect(text).not.toMatch(/NaN|undefined|null/);
    if ((await doIt.count()) === 0) expect(text).not.toContain('…');
    await after[step]?.(text);
    await nextButton(page).click();
  }
  await expect(lesson(page)).toHaveCount(0);
  expect(page.url()).not.toContain('lesson');
  const seconds = (Date.now() - started) / 1000;
  expect(seconds).toBeLessThan(180);
  return seconds;
}

/** Numbers of a text in front of "%", as shares. */
export const sharesIn = (text: string): number[] =>
  [...text.matchAll(/(\d+\.\d)\s%/g)].map(([, value]) => Number(value) / 100);
