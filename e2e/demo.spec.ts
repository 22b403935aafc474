/** The demos: one click each, and what they promise on held-out images. */

import { expectAccessible } from './support/axe.ts';
import { openStudio, readAccuracies, runState } from './support/studio.ts';
import { expect, test } from './support/test.ts';

const demos = [
  { id: 'mlp', perTask: [0.97, 0.97], joint: 0.91, average: 0.76, seconds: 60 },
  { id: 'vit', perTask: [0.96, 0.74], joint: 0.8, average: 0.07, seconds: 500 },
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

test('few-images: one click merges and distils with more and more images, stops, goes on, and draws one chart', async ({
  page,
}) => {
  await openStudio(page);
  await page.getByTestId('demo-few-images').click();
  const panel = page.getByTestId('growth');
  await expect(page.getByTestId('growth-progress')).toHaveText('run 3 of 12', { timeout: 60_000 });
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByTestId('growth-progress')).toHaveCount(0);
  await expect(runState(page)).toHaveText(/stopped/);
  await panel.getByRole('button', { name: 'Train 12 networks' }).click();
  await expect(page.getByTestId('growth-progress')).toHaveText('run 3 of 12');
  await expect(page.getByTestId('growth-progress')).toHaveCount(0, { timeout: 120_000 });

  await panel.getByText('Show as table').click();
  const joint = async (method: string): Promise<number[]> => {
    const rows = panel.getByRole('table', { name: method }).locator('tbody tr');
    expect(await rows.getByRole('rowheader').allTextContents()).toEqual(['16', '32', '64', '128', '256', '500']);
    return (await rows.locator('td:last-child').allTextContents()).map((text) => Number.parseFloat(text));
  };
  for (const method of ['FS-Merge', 'Distillation']) {
    const shares = await joint(method);
    expect(shares.at(-1)).toBeGreaterThan(90);
    expect(shares.at(-1)).toBeGreaterThan((shares[0] ?? 0) + 10);
  }
  expect((await joint('FS-Merge')).at(-1)).toBeGreaterThan(Math.max(...(await joint('Distillation'))));
  await expect(panel.getByRole('list')).toContainText(/average 75\.\d.%/);
  // Its points and the level lines are drawn.
  await expect(panel.locator('svg circle')).toHaveCount(12);
  await expectAccessible(page, 'growth');
  // Ordinary runs: the one that was stopped is there too.
  await page.getByRole('tab', { name: 'Training' }).click();
  await expect(page.getByTestId('run-list').locator('tbody tr')).toHaveCount(13);
});
