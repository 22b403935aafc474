/** Two tabs of the studio: both train at once, neither writes over what the other keeps, and what is kept can be seen and cleared. */
import type { Page } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';
import {
  openMlpPair,
  openStudio,
  openTrainingOptions,
  readAccuracies,
  runState,
  setNumber,
  trainOn,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

const offer = (page: Page) => page.getByTestId('go-on');
const runName = (page: Page) => page.getByTestId('run-list').getByRole('textbox', { name: 'Run name' });

/** Two digit experts, ready to be trained for some seconds. */
async function prepare(page: Page): Promise<void> {
  await openMlpPair(page);
  await trainOn(page, 200);
  await openTrainingOptions(page);
  await setNumber(page, 'Epochs', 40);
}

const start = (page: Page) => page.getByRole('button', { name: 'Start', exact: true }).click();

async function rename(page: Page, name: string): Promise<void> {
  await runName(page).fill(name);
  await runName(page).blur();
}

/** A tab that is opened beside others, or later. */
async function newTab(page: Page): Promise<Page> {
  const tab = await page.context().newPage();
  await openStudio(tab);
  return tab;
}

async function openStorage(page: Page) {
  await page.getByRole('button', { name: 'Help and keys' }).click();
  const storage = page.getByTestId('storage');
  await expect(storage).toBeVisible();
  return storage;
}

async function storageText(page: Page): Promise<string> {
  const text = (await (await openStorage(page)).textContent()) ?? '';
  await page.keyboard.press('Escape');
  return text;
}

test('both train at once, and each session is there on return', async ({ page, context }) => {
  const other = await context.newPage();
  await prepare(page);
  await prepare(other);
  await start(page);
  await start(other);
  await expect(runState(page)).toHaveText('running');
  await expect(runState(other)).toHaveText('running');
  for (const tab of [page, other]) await expect(runState(tab)).toHaveText('done', { timeout: 120_000 });
  const measured = await readAccuracies(page, 2);
  expect(await readAccuracies(other, 2)).toEqual(measured);
  await rename(page, 'first tab');
  await rename(other, 'second tab');

  // What a tab has open is not offered to others.
  await expect.poll(() => storageText(other)).toMatch(/2.sessions/);
  await other.close();
  const third = await newTab(page);
  await expect(offer(third)).toContainText('Go on with second tab');
  await expect(offer(third)).not.toContainText('first tab');
  await third.close();
  await page.goto('about:blank');

  const later = await newTab(page);
  await offer(later).getByText('One session before it').click();
  await expect(offer(later).getByRole('button', { name: /^Go on with/ })).toHaveCount(2);
  await expectAccessible(later, 'two sessions offered');
  await offer(later)
    .getByRole('button', { name: /Go on with first tab/ })
    .click();
  await expect(runName(later)).toHaveValue('first tab');
  const last = await newTab(page);
  await expect(offer(last)).not.toContainText('first tab');
  await offer(last)
    .getByRole('button', { name: /Go on with second tab/ })
    .click();
  await expect(runName(last)).toHaveValue('second tab');
  expect(await readAccuracies(last, 2)).toEqual(measured);
});

test('what is kept is shown with its size, and one button clears it', async ({ page }) => {
  await prepare(page);
  await setNumber(page, 'Epochs', 2);
  await start(page);
  await expect(runState(page)).toHaveText('done', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect.poll(() => storageText(page)).toMatch(/1.session/);
  const storage = await openStorage(page);
  await expect(storage).toContainText(/recipes and what runs measured, without files\s*[\d.]+.kB/);
  await expect(storage).toContainText('The browser counts');
  await expectAccessible(page, 'storage');
  await storage.getByRole('button', { name: 'Clear all of it' }).click();
  await expect(storage).toContainText('The studio keeps nothing in this browser now.');
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('fs-merge')))).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(runState(page)).toHaveText('done');

  await page.goto('about:blank');
  await openStudio(page);
  await expect(page.getByTestId('demo-mlp')).toBeEnabled();
  await expect(offer(page)).toHaveCount(0);
});
