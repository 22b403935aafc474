/** What axe finds on the page. */

import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { expect, test } from './test.ts';

/** Fails the test on any violation, in light and in dark; the page is left as the system wants it. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  await test.step(`axe: ${state}`, async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect.soft(await violations(page), `${state}, ${colorScheme}`).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  });
}

async function violations(page: Page): Promise<string[]> {
  // Not a script of the page: its Content-Security-Policy would refuse one.
  await page.evaluate(axe.source);
  const { violations: found, passes } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run({ rules: { 'target-size': { enabled: true } } }),
  );
  expect(passes.length, 'rules that axe checked').toBeGreaterThan(10);
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  );
}
