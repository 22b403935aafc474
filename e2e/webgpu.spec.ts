/** A short merge on the software WebGPU adapter that the browser has. */

import { drop, openStudio, openTrainingOptions, readAccuracies, runState, setNumber, task } from './support/studio.ts';
import { expect, test } from './support/test.ts';

test('the backend is WebGPU when one chooses it, says so and merges', async ({ page }) => {
  await openStudio(page);
  await expect(page.getByTestId('backend-label')).toHaveText(/^WASM (relaxed )?SIMD/);
  await page.getByRole('button', { name: /Backend/ }).click();
  await page.getByRole('menuitemradio', { name: /WebGPU/ }).click();
  await expect(page.getByTestId('backend-label')).toHaveText(/^WebGPU · /);
  await page.keyboard.press('Escape');
  await drop(page, 'mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt', 'images/mnist.npz');
  await task(page, 0).getByRole('button', { name: '0–4' }).click();
  await task(page, 1).getByRole('button', { name: '5–9' }).click();
  await page.getByRole('radio', { name: 'average', exact: true }).check({ force: true });
  await openTrainingOptions(page);
  await setNumber(page, 'Epochs', 1);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(runState(page)).toHaveText(/done/, { timeout: 200_000 });
  await expect(page.getByTestId('backend-label')).toHaveText(/^WebGPU · /);
  const { perTask } = await readAccuracies(page, 2);
  expect(Math.min(...perTask)).toBeGreaterThan(0.85);
});
