/** `npm run icons`: draws public/icon.svg as the PNGs that installed apps need. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { systemBrowser } from './browser.mjs';
import { projectFolder } from './command.mjs';

const publicFolder = join(projectFolder, 'public');
const svg = readFileSync(join(publicFolder, 'icon.svg'), 'utf8');
/** `share`: of the width that the drawing takes. A maskable icon may lose all outside of a circle of 80 % of its width. */
const icons = [
  { name: 'icon-192', size: 192, share: 1, background: 'transparent' },
  { name: 'icon-512', size: 512, share: 1, background: 'transparent' },
  { name: 'icon-maskable-512', size: 512, share: 0.56, background: '#fffefb' },
];

const browser = await chromium.launch({ executablePath: systemBrowser(), args: ['--no-sandbox'] });
for (const { name, size, share, background } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(
    `<style>body { margin: 0; height: 100vh; display: grid; place-items: center; background: ${background} }
     svg { width: ${share * 100}vw }</style>${svg}`,
  );
  await page.screenshot({ path: join(publicFolder, `${name}.png`), omitBackground: true });
  await page.close();
}
await browser.close();
