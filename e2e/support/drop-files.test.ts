/** That a drop in a test is what a page sees of a person's drop. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { afterAll, expect, it } from 'vitest';
import { systemBrowser } from '../../scripts/browser.mjs';
import { dropFiles } from './drop-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'drop-'));
const browser = await chromium.launch({ executablePath: systemBrowser(), args: ['--no-sandbox'] });
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** A drop zone far down the page that keeps an account of what it is given; a folder also comes as a file that cannot be read. */
const page = `
  <div style="height: 3000px"></div>
  <div id="zone" style="height: 200px"></div>
  <script>
    const account = { events: [], files: [], entries: [] };
    for (const type of ['dragenter', 'dragover', 'drop']) {
      zone.addEventListener(type, (event) => {
        event.preventDefault();
        account.events.push(type + ' ' + event.isTrusted + ' ' + event.dataTransfer.types);
      });
    }
    zone.addEventListener('drop', async (event) => {
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
      const files = [...event.dataTransfer.files].filter((_, index) => entries[index].isFile);
      for (const file of files) {
        const end = new Uint8Array(await file.slice(-2).arrayBuffer());
        account.files.push([file.name, file.size, file instanceof File, ...end]);
      }
      account.entries = entries.map(({ fullPath, isDirectory }) => [fullPath, isDirectory]);
      document.title = 'dropped';
    });
  </script>`;

it('brings trusted events and files with their bytes, large ones too', async () => {
  const small = join(folder, 'small.bin');
  writeFileSync(small, Uint8Array.of(1, 2, 3));
  const large = join(folder, 'large.bin');
  writeFileSync(large, '');
  truncateSync(large, 5e9);
  const tab = await browser.newPage();
  await tab.setContent(page);

  await dropFiles(tab, '#zone', [small, large]);

  await tab.waitForFunction(() => document.title === 'dropped');
  const account = await tab.evaluate<{ events: string[]; files: unknown[] }>('account');
  expect([...new Set(account.events)]).toEqual(['dragenter true Files', 'dragover true Files', 'drop true Files']);
  expect(account.files).toEqual([
    ['small.bin', 3, true, 2, 3],
    ['large.bin', 5e9, true, 0, 0],
  ]);
});

it('brings a folder as a folder', async () => {
  mkdirSync(join(folder, 'digits'));
  const tab = await browser.newPage();
  await tab.setContent(page);

  await dropFiles(tab, '#zone', [join(folder, 'digits')]);

  await tab.waitForFunction(() => document.title === 'dropped');
  expect(await tab.evaluate('account.entries')).toEqual([['/digits', true]]);
});
