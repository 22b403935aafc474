import { resolve } from 'node:path';
import type { Page } from '@playwright/test';

/**
 * Drags files and folders from outside the browser over the middle of an element and drops them there. The browser itself makes the
 * events, as for a person's mouse: they are trusted, hit what lies on top, and bring `File`s that are read from disk only
 * when the page reads them, however large.
 */
export async function dropFiles(page: Page, selector: string, paths: string[]): Promise<void> {
  const target = page.locator(selector);
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (!box) throw new Error(`${selector} is not visible, so nothing can be dropped on it.`);
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const copy = 1;
  const data = { items: [], files: paths.map((path) => resolve(path)), dragOperationsMask: copy };

  const browser = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await browser.send('Input.dispatchDragEvent', { type, ...point, data });
  }
  await browser.detach();
}
