/** Pictures of the README and the guides: which state, and what part of the page. */
import { join } from 'node:path';
import { projectFolder } from '../command.mjs';

/** @type {Record<string, { file: string, part?: string }[]>} */
const pictures = {
  'empty-1440-light': [{ file: 'welcome' }],
  'own-trained-1440-light': [{ file: 'own', part: 'dialog[open]' }],
  'facts-1440-light': [{ file: 'sources', part: 'aside.recipe' }],
  'images-1440-light': [{ file: 'images', part: 'aside.recipe' }],
  'training-1440-light': [{ file: 'training' }],
  'folding-1440-light': [{ file: 'folding', part: '[data-testid=supernet]' }],
  'inspecting-1440-dark': [{ file: 'matrices' }],
  'side-by-side-1440-light': [{ file: 'matrices-beside', part: 'main.stage' }],
  'comparing-1440-light': [{ file: 'compare', part: 'main.stage' }],
  'exporting-1440-light': [{ file: 'export', part: 'main.stage' }],
  'grown-1440-light': [{ file: 'growth', part: '[data-testid=growth]' }],
  'lesson-shows-1440-light': [{ file: 'lesson' }],
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
