/** Results side by side: sorted, copied, looked at more closely, and kept in a report. */

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { choose, openMlpPair, openTrainingOptions, runToEnd, setNumber, trainOn } from './support/studio.ts';
import { expect, test } from './support/test.ts';

const table = (page: Page) => page.getByTestId('compare-table');
const rows = (page: Page) => table(page).getByRole('rowheader');

/** The joint accuracy of every row, from top to bottom. */
async function jointColumn(page: Page): Promise<number[]> {
  const cells = await table(page).locator('tbody tr td:nth-child(4)').allTextContents();
  return cells.map((text) => Number.parseFloat(text));
}

async function look(page: Page, model: string) {
  const section = page.getByRole('region', { name: 'A closer look' });
  await section.getByRole('combobox', { name: 'Model' }).selectOption({ label: model });
  await section.getByRole('button', { name: 'Show mistakes' }).click();
  const mistakes = page.getByTestId('mistakes');
  await expect(mistakes.getByRole('table', { name: /confusion among all classes/ })).toBeVisible();
  return mistakes;
}

test('methods are sorted, copied, looked at and reported', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openMlpPair(page);
  await trainOn(page, 200);
  await choose(page, 'average');
  await choose(page, 'full');
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', 6);
  await runToEnd(page);
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Run all baselines' }).click();
  await expect(rows(page)).toHaveCount(2 + 8 + 1, { timeout: 120_000 });
  await expect(page.getByText('Task arithmetic, TIES and DARE cannot apply: Task vectors need')).toBeVisible();
  await expect(page.getByTestId('comparing')).toHaveText(/that apply are measured/);

  await test.step('sort', async () => {
    const heading = page.getByRole('columnheader', { name: 'joint' });
    await expect(heading).not.toHaveAttribute('aria-sort');
    await heading.getByRole('button').focus();
    await page.keyboard.press('Enter');
    await expect(heading).toHaveAttribute('aria-sort', 'descending');
    const falling = await jointColumn(page);
    expect(falling).toHaveLength(11);
    expect(falling).toEqual(falling.toSorted((a, b) => b - a));
    await page.keyboard.press('Enter');
    await expect(heading).toHaveAttribute('aria-sort', 'ascending');
    expect(await jointColumn(page)).toEqual(falling.toReversed().toSorted((a, b) => a - b));
    await page.keyboard.press('Enter');
    await expect(heading).not.toHaveAttribute('aria-sort');
    // One best merged network in each column of shares at least.
    await expect(table(page).locator('td[data-best]')).not.toHaveCount(0);
  });

  await test.step('copy', async () => {
    await page.getByRole('button', { name: 'Markdown' }).click();
    await expect(page.getByText('Copied as Markdown.')).toBeVisible();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(await page.getByRole('textbox', { name: 'The table as Markdown' }).inputValue()).toBe(copied);
    const lines = copied.split('\n');
    expect(lines).toHaveLength(2 + 11);
    expect(lines[0]).toContain('joint (%)');
    const average = lines.find((line) => line.startsWith('| Average'))?.split(' | ');
    expect(average?.[3]).toMatch(/^7\d\.\d$/);
    expect(copied).toMatch(/\*\*\d\d\.\d\*\*/);
    await page.getByRole('button', { name: 'CSV' }).click();
    await expect(page.getByText('Copied as CSV.')).toBeVisible();
    expect((await page.evaluate(() => navigator.clipboard.readText())).split('\r\n')).toHaveLength(1 + 11);
  });

  await test.step('mistakes of a source and of a merge', async () => {
    const source = await look(page, 'mlp-mnist-0to4 (source)');
    // It was never taught the digits 5 to 9, and most of them are misread.
    await expect(source.getByRole('heading', { name: /mlp-mnist-5to9: \d+ of \d+ images misread/ })).toBeVisible();
    const misread = source.getByRole('list', { name: 'Misread images of mlp-mnist-5to9' });
    await expect(misread.getByRole('img')).toHaveCount(24);
    await expect(misread.getByRole('img').first()).toHaveAccessibleName(/^[5-9] taken for \d$/);
    const average = await look(page, 'Average');
    const cells = average.getByRole('table', { name: /^Average: confusion/ }).getByRole('cell');
    await expect(cells).toHaveCount(100);
    const counts = (await cells.allTextContents()).map(Number);
    const hits = counts.filter((_, index) => index % 11 === 0).reduce((sum, images) => sum + images, 0);
    const all = counts.reduce((sum, images) => sum + images, 0);
    const shown = await table(page)
      .getByRole('row', { name: /^Average/ })
      .locator('td')
      .nth(2)
      .textContent();
    expect((100 * hits) / all).toBeCloseTo(Number.parseFloat(shown ?? ''), 0);
    await expect(average.getByText('Confused most')).toBeVisible();
  });

  await test.step('report', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save report (HTML)' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^report-.*\.html$/);
    const text = readFileSync(await file.path(), 'utf8');
    // In a page without the studio's policy, which refuses the report's style.
    const elsewhere = await context.newPage();
    const told = await elsewhere.evaluate((source) => {
      const parsed = new DOMParser().parseFromString(source, 'text/html');
      return {
        scripts: parsed.querySelectorAll('script, link, img, iframe').length,
        charts: parsed.querySelectorAll('svg[role=img]').length,
        drawn: [...parsed.querySelectorAll('svg path[fill=none]')].every(
          (path) => (path.getAttribute('d') ?? '').length > 10,
        ),
        rows: [...parsed.querySelectorAll('section:nth-of-type(2) tbody tr')].map((row) => row.textContent ?? ''),
        recipe: parsed.querySelector('pre')?.textContent ?? '',
      };
    }, text);
    await elsewhere.close();
    expect(told).toMatchObject({ scripts: 0, charts: 3, drawn: true });
    expect(told.rows).toHaveLength(11);
    expect(told.rows.some((row) => /^FS-Merge · .*%/.test(row))).toBe(true);
    expect(JSON.parse(told.recipe)).toMatchObject({ version: 1, method: { initialisation: 'average', epochs: 6 } });
  });
});

test('what is no longer wanted can go: a row, and checkpoints that another recipe left', async ({ page }) => {
  await openMlpPair(page);
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Run all baselines' }).click();
  await expect(page.getByTestId('comparing')).toHaveText(/that apply are measured/, { timeout: 120_000 });
  const average = table(page).getByRole('rowheader', { name: 'Average', exact: true });
  await page.getByRole('button', { name: 'Remove Average' }).click();
  await expect(average).toHaveCount(0);
  await page.getByRole('button', { name: 'Run all baselines' }).click();
  await expect(average).toBeVisible({ timeout: 60_000 });

  await page.getByRole('button', { name: 'Demos' }).click();
  await page.getByRole('menuitem', { name: /^Digits and clothes · ViT/ }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).click({ timeout: 60_000 });
  await page.getByRole('button', { name: /^\d* ?Sources/ }).click();
  const spare = page.getByTestId('spare-sources');
  await spare.getByText('Loaded and not used: 2').click();
  await spare.getByRole('button', { name: 'Remove mlp-mnist-0to4.pt' }).click();
  await expect(spare).toContainText('Loaded and not used: 1');
  await spare.getByRole('button', { name: 'Remove mlp-mnist-5to9.pt' }).click();
  await expect(spare).toHaveCount(0);
});
