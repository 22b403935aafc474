/** Pictures of the README and the guides: which state, and what part of the page. */
import { join } from 'node:path';
import { projectFolder } from '../command.mjs';

/** @type {Record<string, { file: string, part?: string }[]>} */
const pictures = {
  'empty-1440-light': [{ file: 'welcome' }],
  'training-1440-light': [{ file: 'training' }],
  'inspecting-1440-dark': [{ file: 'matrices' }],
};

/**
 * Takes what docs/images has of this look of the page.
 * @param {import('@playwright/test').Page} page
 * @param {string} look "training-1440-light"
 */
export async function takeForDocs(page, look) {
  for (const { file, part } of pictures[look] ?? []) {
    const path = join(projectFolder, 'docs/images', `${file}.png`);
    await (part ? page.locator(part).first() : page).screenshot({ path });
  }
}
