/** Charts of several runs: drawn without Plotly, explored with it, compared in words, read as tables. */

import { choose, openMlpPair, openTrainingOptions, runToEnd, setNumber, trainOn } from './support/studio.ts';
import { expect, test } from './support/test.ts';

test('runs lie over one another, and Plotly comes with the pointer', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const plotly = () => asked.filter((url) => /plotly/.test(url));
  await openMlpPair(page);
  await trainOn(page, 100);
  await choose(page, 'full');
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 64);
  await setNumber(page, 'Epochs', 3);
  await choose(page, 'first');
  await runToEnd(page);
  const loss = page.getByRole('region', { name: 'Reconstruction loss' });
  const lines = loss.locator('.chart svg path[fill=none]');
  await expect(lines).toHaveCount(2);
  await expect(page.getByTestId('differences')).toHaveCount(0);

  await page.getByRole('button', { name: /^\d* ?Method/ }).click();
  await choose(page, 'average');
  await runToEnd(page);
  await expect(lines).toHaveCount(4);
  await expect(page.getByTestId('differences').getByRole('listitem')).toHaveText(['initialisation: average / first']);
  const list = page.getByTestId('run-list');
  await list.getByRole('button', { name: /^Hide/ }).last().click();
  await expect(lines).toHaveCount(2);
  await expect(page.getByTestId('differences')).toHaveCount(0);
  await list.getByRole('button', { name: /^Show/ }).click();
  await expect(lines).toHaveCount(4);

  // Nobody has pointed at a chart yet.
  expect(plotly()).toEqual([]);
  for (const name of ['Reconstruction loss', 'Accuracy of the folded network', 'Learning rate']) {
    const panel = page.getByRole('region', { name });
    await panel.getByText('Show as table').click();
    await expect(panel.getByRole('table').first().getByRole('row').nth(2)).toBeVisible();
    await panel.getByText('Show as table').click();
  }

  await loss.locator('.chart').hover();
  await expect(loss.locator('.js-plotly-plot .scatterlayer .trace')).toHaveCount(4);
  expect(plotly()).toHaveLength(1);
  await expect(loss.locator('.chart > svg')).toHaveCount(0);
  await page.mouse.move(600, 380);
  await expect(loss.locator('.hoverlayer')).toContainText('quiet heron');
  await expect(loss.getByText(/Produced with Plotly|Edit in Chart Studio/)).toHaveCount(0);

  await list
    .getByRole('button', { name: /^Remove/ })
    .first()
    .click();
  await expect(list.getByRole('row')).toHaveCount(2);
  await expect(loss.locator('.js-plotly-plot .scatterlayer .trace')).toHaveCount(2);
});
