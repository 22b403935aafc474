/** Throws away all that a person can throw away, so that what is left is a leak. */
import type { Locator, Page } from '@playwright/test';
import { sessions } from './actions.ts';

/** For work that cannot be stopped, like a comparison, in milliseconds. */
const patience = 180_000;

export async function discardAll(page: Page): Promise<void> {
  // Each holds the runs of those that were opened before it was saved: they would only grow.
  sessions.length = 0;
  await page.keyboard.press('Escape');
  await stopAll(page);
  await pressAll(page, page.getByTestId('error-note').getByRole('button', { name: 'Dismiss' }));
  await page.keyboard.press('t');
  await pressAll(page, page.getByTestId('run-list').getByRole('button', { name: /^Remove / }));
  await page.keyboard.press('c');
  await pressAll(page, page.getByTestId('compare-table').getByRole('button', { name: /^Remove / }));
  await unfold(page);
  await pressAll(page, page.locator('aside.recipe').getByRole('button', { name: /^Remove / }));
}

/** Ends what runs, and waits for what cannot be ended. */
async function stopAll(page: Page): Promise<void> {
  const deadline = Date.now() + patience;
  let quiet = 0;
  // A demo goes on to what it is compared with: nothing may happen for a while.
  while (quiet < 3) {
    if (Date.now() > deadline) throw new Error(`the studio was still busy after ${patience / 1000} s`);
    // The run's, and that of a row of runs.
    for (const stop of await page.getByRole('button', { name: 'Stop', exact: true }).all())
      if (await stop.isEnabled().catch(() => false)) await stop.click({ timeout: 2000 }).catch(() => {});
    quiet = (await isBusy(page)) ? 0 : quiet + 1;
    await page.waitForTimeout(400);
  }
}

const isBusy = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const text = document.querySelector('[data-testid=current-run]')?.textContent ?? '';
    const stop = [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === 'Stop');
    return /comparing|running|paused|preparing/.test(text) || (stop !== undefined && !stop.disabled);
  });

/** Opens the cards and lists whose buttons are needed. */
async function unfold(page: Page): Promise<void> {
  for (const card of await page.locator('aside.recipe button[aria-expanded=false]').all())
    await card.click({ timeout: 2000 }).catch(() => {});
  await page.locator('aside.recipe details').evaluateAll((all) => {
    for (const one of all) (one as HTMLDetailsElement).open = true;
  });
}

/** Of one kind: a button that does nothing is not pressed for ever. */
const mostPresses = 400;

/** Each may take others away with it. */
async function pressAll(page: Page, buttons: Locator): Promise<void> {
  for (let left = mostPresses; left > 0 && (await buttons.count()) > 0; left--) {
    await buttons
      .first()
      .click({ timeout: 2000, force: true })
      .catch(() => {});
    await page.waitForTimeout(60);
  }
  const still = await buttons.evaluateAll((all) => all.map((one) => one.ariaLabel ?? one.textContent));
  if (still.length > 0) throw new Error(`still there after ${mostPresses} presses: ${still.join(', ')}`);
}
