/** Two large checkpoints added to the page of the built studio: how long until they are described, and what the page keeps. */
import type { Page } from '@playwright/test';
import { build, preview } from 'vite';
import { launch } from '../support/chromium.ts';

const outDir = 'test-results/bench/studio';

export interface InPage {
  /** "Chromium 156" */
  version: string;
  /** Milliseconds from the files' choice until both are described. */
  described: number;
  /** Growth of the page's JavaScript heap, in MB. */
  heap: number;
}

/** The files are called by different names. */
export async function addToPage(paths: readonly string[]): Promise<InPage> {
  await build({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await preview({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir } });
  const browser = await launch();
  try {
    const page = await browser.newPage({ serviceWorkers: 'block' });
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    await page.waitForFunction(
      () => !/choosing/.test(document.querySelector('[data-testid=backend-label]')?.textContent ?? 'choosing'),
    );
    const before = await heapOf(page);
    const started = performance.now();
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles([...paths]);
    await page
      .getByTestId('source-list')
      .getByRole('listitem')
      .nth(paths.length - 1)
      .waitFor();
    const described = performance.now() - started;
    return {
      version: `Chromium ${browser.version().split('.')[0]}`,
      described,
      heap: (await heapOf(page)) - before,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** MB in use after what nobody needs has been collected. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1e6;
}
