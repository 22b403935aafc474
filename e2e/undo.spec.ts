/** Edits of the recipe are undone and done again. */

import { choose, openMlpPair, openTrainingOptions, setNumber } from './support/studio.ts';
import { expect, test } from './support/test.ts';

test('edits are undone and done again with keys, sources with their files', async ({ page }) => {
  await openMlpPair(page);
  const sources = page.getByTestId('source-list').getByRole('listitem');
  await page.getByRole('button', { name: 'Remove mlp-mnist-5to9' }).click();
  await expect(sources).toHaveCount(1);
  await page.keyboard.press('Control+z');
  await expect(sources).toHaveCount(2);
  await expect(page.getByTestId('needed-file')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeEnabled();
  await choose(page, 'average');
  await openTrainingOptions(page);
  await setNumber(page, 'Epochs', 7);
  const epochs = page.getByRole('textbox', { name: 'Epochs', exact: true });
  const undo = page.getByRole('button', { name: 'Undo: epochs' });
  await expect(undo).toBeEnabled();
  // In a field the keys are the field's own.
  const taken = await epochs.evaluate(
    (field) =>
      !field.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true, cancelable: true })),
  );
  expect(taken).toBe(false);
  await undo.click();
  await expect(epochs).toHaveValue('100');
  await page.keyboard.press('Control+z');
  await expect(page.getByRole('radio', { name: 'average', exact: true })).not.toBeChecked();
  await page.keyboard.press('Control+Shift+z');
  await page.keyboard.press('Control+y');
  await expect(epochs).toHaveValue('7');
  await expect(page.getByRole('radio', { name: 'average', exact: true })).toBeChecked();
  await expect(page.getByRole('button', { name: 'Nothing to redo' })).toBeDisabled();
});
