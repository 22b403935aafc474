/** M and U of three starts side by side, through training time; the value under the pointer is the one that is saved. */
import type { Locator, Page } from '@playwright/test';
import { readSafetensors } from './support/safetensors.ts';
import {
  choose,
  exportFile,
  openMlpPair,
  openTrainingOptions,
  runToEnd,
  setNumber,
  trainOn,
} from './support/studio.ts';
import { expect, test } from './support/test.ts';

const starts = ['first', 'average', 'random'] as const;
const columns = (page: Page) => page.getByTestId('matrix-column');
const slider = (page: Page) => page.getByRole('slider', { name: 'Training time' });

/** Three short runs that differ in how M and U start. */
async function runStarts(page: Page): Promise<void> {
  await openMlpPair(page);
  await trainOn(page, 100);
  await choose(page, 'full');
  await openTrainingOptions(page);
  await setNumber(page, 'Learning rate', 2e-3);
  await setNumber(page, 'Batch', 50);
  await setNumber(page, 'Epochs', 5);
  for (const start of starts) {
    await page.locator('#card-method').scrollIntoViewIfNeeded();
    if (start !== 'first') await page.getByRole('button', { name: /Method/ }).click();
    await choose(page, start);
    await runToEnd(page);
  }
}

/** A number of the likeness table of one column: 1 share, 2 identity, 3 permutation, 4 selection. */
async function likeness(column: Locator, block: number, field: number): Promise<number> {
  const cell = column.getByTestId(`likeness-${block}`).locator('th, td').nth(field);
  await expect(cell).not.toHaveText('…');
  return Number.parseFloat(((await cell.textContent()) ?? '').replace('−', '-').replace('≥', ''));
}

/** Nothing moves any more. */
const measured = (page: Page) => expect(page.getByTestId('matrix-facts')).toHaveAttribute('aria-busy', 'false');

/** "row 70 (…) · column 6 · 0.981000" */
async function readout(column: Locator): Promise<{ row: number; column: number; value: number }> {
  const text = (await column.getByTestId('matrix-readout').textContent()) ?? '';
  const found = /row (\d+).* · column (\d+).* · (\S+)$/.exec(text);
  if (!found) throw new Error(`the page says "${text}"`);
  const [, row, across, value = ''] = found;
  return { row: Number(row), column: Number(across), value: Number(value.replace('−', '-')) };
}

test('three starts stand side by side, at step 0 and at the end', async ({ page }) => {
  await runStarts(page);
  await page.getByRole('tab', { name: 'Matrices' }).click();
  await page.locator('[data-matrix="layers.1.M"]').click();
  const picker = page.getByRole('combobox', { name: 'Run' });
  const names = await picker.locator('option').allTextContents();
  expect(names).toHaveLength(3);
  // In the order of the runs: the first one, then the others beside it.
  await picker.selectOption(names[0]!);
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption(names[1]!);
  await page.getByRole('combobox', { name: 'and with' }).selectOption(names[2]!);
  await expect(columns(page)).toHaveCount(3);
  const [first, average, random] = [0, 1, 2].map((index) => columns(page).nth(index)) as [Locator, Locator, Locator];

  await test.step('step 0', async () => {
    await slider(page).focus();
    await page.keyboard.press('Home');
    await expect(page.getByTestId('matrix-time')).toHaveText('start');
    await expect(page.getByTestId('matrix-size')).toHaveText(/after 0 steps/);
    for (const column of [first, average, random]) await expect(column.locator('h4')).toHaveText(/after 0 steps/);
    await expect(first.getByTestId('likeness-0')).toContainText('100');
    expect(await likeness(first, 0, 1)).toBe(100);
    expect(await likeness(first, 0, 2)).toBe(1);
    expect(await likeness(first, 1, 1)).toBe(0);
    for (const block of [0, 1]) {
      expect(await likeness(average, block, 1)).toBe(50);
      expect(await likeness(average, block, 2)).toBe(1);
      expect(await likeness(average, block, 3)).toBe(1);
      expect(Math.abs(await likeness(random, block, 2))).toBeLessThan(0.1);
      expect(await likeness(random, block, 3)).toBeLessThan(0.6);
    }
  });

  await test.step('the end', async () => {
    await page.keyboard.press('End');
    await expect(page.getByTestId('matrix-time')).toHaveText('end of training');
    await expect(page.getByTestId('matrix-size')).toHaveText(/after 20 steps/);
    await expect(first.locator('h4')).toHaveText(/after 20 steps/);
    await expect.poll(() => likeness(first, 0, 2)).toBeLessThan(1);
    expect(await likeness(first, 1, 1)).toBeGreaterThan(0);
    expect(await likeness(average, 0, 2)).toBeLessThan(1);
  });

  await test.step('one pointer reads all', async () => {
    await first.getByTestId('heatmap').hover({ position: { x: 20, y: 60 } });
    const pointed = await Promise.all([first, average, random].map(readout));
    for (const { row, column } of pointed)
      expect({ row, column }).toEqual({ row: pointed[0]?.row, column: pointed[0]?.column });
    expect(new Set(pointed.map(({ value }) => value)).size).toBe(3);
  });
});

for (const sorted of [false, true]) {
  test(`the value under the pointer is that of the saved SuperNet${sorted ? ', where rows are sorted too' : ''}`, async ({
    page,
  }) => {
    await openMlpPair(page);
    await trainOn(page, 100);
    await choose(page, 'average');
    await choose(page, 'full');
    await openTrainingOptions(page);
    await setNumber(page, 'Learning rate', 2e-3);
    await setNumber(page, 'Epochs', 4);
    await runToEnd(page);
    const { tensors } = readSafetensors(await exportFile(page, 'save-supernet'));
    await page.getByRole('tab', { name: 'Matrices' }).click();
    for (const name of ['layers.1.M', 'layers.1.U']) {
      await page.locator(`[data-matrix="${name}"]`).click();
      const saved = tensors.get(`${name}.full`);
      const across = saved?.shape[1] ?? 0;
      await expect(page.getByTestId('matrix-size')).toContainText(saved?.shape.join(' × ') ?? '');
      const sort = page.getByRole('button', { name: 'Sort by source' });
      if ((await sort.getAttribute('aria-pressed')) !== String(sorted)) await sort.click();
      const map = page.getByRole('application', { name: `Heatmap of layer 2 ${name.at(-1)}` });
      await expect(map).toBeVisible();
      await measured(page);
      const box = await map.boundingBox();
      if (!box) throw new Error('no picture');
      const seen = new Set<string>();
      for (const [x, y] of [
        [0.02, 0.02],
        [0.5, 0.3],
        [0.97, 0.96],
        [0.26, 0.77],
      ] as const) {
        await map.hover({ position: { x: x * box.width, y: y * box.height } });
        const { row, column, value } = await readout(columns(page));
        seen.add(`${row} ${column}`);
        const expected = saved?.values[row * across + column] ?? Number.NaN;
        expect(Math.abs(value - expected), `${name} ${row} ${column}`).toBeLessThanOrEqual(1e-5 * Math.abs(expected));
      }
      expect(seen.size).toBe(4);
      // By keys, from where the pointer was.
      await map.focus();
      const before = await readout(columns(page));
      await page.keyboard.press('Shift+ArrowUp');
      await page.keyboard.press('ArrowRight');
      const after = await readout(columns(page));
      expect(`${after.row} ${after.column}`).not.toBe(`${before.row} ${before.column}`);
      expect(Math.abs(after.value - (saved?.values[after.row * across + after.column] ?? Number.NaN))).toBeLessThan(
        1e-5 * Math.abs(after.value) + 1e-12,
      );
    }
  });
}

test('the picture is zoomed and moved by wheel, mouse, keys and buttons', async ({ page }) => {
  await openMlpPair(page);
  await trainOn(page, 50);
  await openTrainingOptions(page);
  await setNumber(page, 'Epochs', 1);
  await runToEnd(page);
  await page.getByRole('tab', { name: 'Matrices' }).click();
  const map = page.getByTestId('heatmap');
  const zoom = async () => Number(await map.getAttribute('data-zoom'));
  await measured(page);
  await map.hover({ position: { x: 100, y: 100 } });
  const under = await readout(columns(page));
  await page.mouse.wheel(0, -400);
  await expect.poll(zoom).toBeGreaterThan(1.5);
  // What is under the pointer stays there.
  await page.mouse.move(0, 0);
  await map.hover({ position: { x: 100, y: 100 } });
  expect(await readout(columns(page))).toEqual(under);
  await page.mouse.down();
  const box = await map.boundingBox();
  if (!box) throw new Error('no picture');
  await page.mouse.move(box.x + 40, box.y + 60, { steps: 4 });
  await page.mouse.up();
  // Dragging takes the entry along.
  expect(await readout(columns(page))).toEqual(under);
  await page.getByRole('button', { name: 'all', exact: true }).click();
  await expect.poll(zoom).toBe(1);
  await map.focus();
  await page.keyboard.press('+');
  await expect.poll(zoom).toBe(1.5);
  await page.keyboard.press('0');
  await expect.poll(zoom).toBe(1);
});
