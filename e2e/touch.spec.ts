/** A phone: everything by fingers. */

import { openStudio, runState } from './support/studio.ts';
import { expect, test } from './support/test.ts';

test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

test('the demo, a bar of the SuperNet and its matrix, by fingers', async ({ page }) => {
  await openStudio(page);
  await page.getByTestId('demo-mlp').tap();
  await expect(runState(page)).toHaveText('done', { timeout: 60_000 });

  await page.getByTestId('supernet').locator('.hits [data-bar="layers.1.M"]').tap();
  await expect(page.getByRole('tab', { name: 'Matrices' })).toHaveAttribute('aria-selected', 'true');
  const heatmap = page.getByTestId('heatmap');
  await heatmap.scrollIntoViewIfNeeded();
  await heatmap.tap({ position: { x: 40, y: 60 } });
  await expect(page.getByTestId('matrix-readout')).toContainText(/[−\d.]{4,}/);

  await expect(heatmap).toHaveAttribute('data-zoom', '1.00');
  const box = await heatmap.boundingBox();
  if (!box) throw new Error('the heatmap is not there');
  const fingers = (apart: number) =>
    [-1, 1].map((side, id) => ({ x: box.x + box.width / 2 + side * apart, y: box.y + 80, id }));
  const touch = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: ReturnType<typeof fingers>) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints });
  await send('touchStart', fingers(30));
  for (const apart of [40, 60, 90]) await send('touchMove', fingers(apart));
  await send('touchEnd', []);
  const zoom = Number(await heatmap.getAttribute('data-zoom'));
  expect(zoom).toBeGreaterThan(2);
  expect(zoom).toBeLessThan(4);
});
