/** The demos: one click each, and what they promise on held-out images. */
import { expect, test } from '@playwright/test';
import { openStudio, readAccuracies, runState } from './support/studio.ts';

const demos = [
  { id: 'mlp', perTask: [0.97, 0.97], joint: 0.91, average: 0.76, seconds: 60 },
  { id: 'vit', perTask: [0.96, 0.75], joint: 0.8, average: 0.07, seconds: 500 },
];

for (const { id, perTask, joint, average, seconds } of demos) {
  test(`${id}: one click merges, and beats the weight average by far`, async ({ page }) => {
    test.setTimeout(2 * seconds * 1000);
    await openStudio(page);
    await page.getByTestId(`demo-${id}`).click();
    await expect(runState(page)).toHaveText(/done/, { timeout: seconds * 1000 });
    const shown = await readAccuracies(page, 2);
    for (const [index, least] of perTask.entries()) expect(shown.perTask[index]).toBeGreaterThanOrEqual(least);
    expect(shown.joint).toBeGreaterThanOrEqual(joint);
    await page.getByRole('tab', { name: 'Compare' }).click();
    const row = page.getByTestId('compare-table').getByRole('row', { name: /^Average/ });
    await expect(row).toContainText('%', { timeout: seconds * 1000 });
    const [, , shownAverage = ''] = await row.getByRole('cell').allTextContents();
    expect(Math.abs(Number.parseFloat(shownAverage) / 100 - average)).toBeLessThan(0.05);
  });
}
