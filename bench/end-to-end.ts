/**
 * Both demos through the page of the built studio in Chromium: seconds from the click on the demo to the exported file.
 *
 *     npm run bench:end-to-end                both
 *     npm run bench:end-to-end -- mlp         one of them
 *     npm run bench:end-to-end -- --rounds=5  more runs
 *
 * With `--write` the table takes the place of its last one in docs/performance.md.
 */
import type { Browser, Page } from '@playwright/test';
import { build, preview } from 'vite';
import { table } from './fidelity/experiment.ts';
import { page as document, report } from './keep.ts';
import { launch } from './support/chromium.ts';
import { median } from './support/timing.ts';
import { chosen, command, option, refuseOthers } from './support/words.ts';

const demos = ['mlp', 'vit'] as const;
const outDir = 'test-results/bench/studio';
const patience = 30 * 60_000;

/** Seconds of each part, in the order of the journey. */
type Journey = Record<string, number>;

export async function main(words: readonly string[]): Promise<void> {
  refuseOthers(words, demos, ['rounds']);
  const rounds = option(words, 'rounds', 3);
  const started = Date.now();
  await build({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await preview({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir } });
  const browser = await launch();
  const journeys = new Map<string, Journey[]>(chosen(words, demos).map((demo) => [demo, []]));
  let backend = '';
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [demo, own] of journeys) {
        process.stderr.write(`${demo}, run ${round + 1} of ${rounds}\n`);
        const played = await play(browser, server.resolvedUrls?.local[0] ?? '', demo);
        own.push(played.journey);
        backend = played.backend;
      }
    }
  } finally {
    const version = browser.version().split('.')[0];
    backend = `${backend} in Chromium ${version}`;
    await browser.close();
    await server.close();
  }
  const measured = { id: 'end-to-end', command: command('end-to-end', words), where: backend, started };
  await report(document, words, measured, tableOf(journeys, rounds));
}

async function play(browser: Browser, url: string, demo: string): Promise<{ journey: Journey; backend: string }> {
  const page = await browser.newPage({ serviceWorkers: 'block', viewport: { width: 1440, height: 900 } });
  try {
    await page.goto(url);
    const label = page.getByTestId('backend-label');
    await page.waitForFunction(
      () => !/choosing/.test(window.document.querySelector('[data-testid=backend-label]')?.textContent ?? 'choosing'),
    );
    const journey = await walk(page, demo);
    return { journey, backend: (await label.textContent()) ?? '' };
  } finally {
    await page.close();
  }
}

async function walk(page: Page, demo: string): Promise<Journey> {
  const journey: Journey = {};
  let last = performance.now();
  const part = async (name: string, end: Promise<unknown>) => {
    await end;
    const now = performance.now();
    journey[name] = (now - last) / 1000;
    last = now;
  };
  const state = (wanted: RegExp) => shows(page, 'run-state', wanted.source);
  const button = page.getByTestId(`demo-${demo}`);
  await button.waitFor();
  last = performance.now();
  await button.click();
  await part('loading', page.getByTestId('run-state').waitFor({ timeout: patience }));
  await part('features', state(/running|done/));
  await part('first step', shows(page, 'run-step', 'step [1-9]'));
  await part('training', state(/done/));
  // The bar says so while the demo goes on to what it is compared with; the file is written when the worker is free.
  await shows(page, 'current-run', 'comparing', 10_000);
  await part('baselines', shows(page, 'current-run', 'done'));
  await page.getByRole('tab', { name: 'Export' }).click();
  const download = page.waitForEvent('download', { timeout: patience });
  last = performance.now();
  await page.getByTestId('export').click();
  await part('export', download);
  return journey;
}

/** Waits until the text of an element matches, looking at every frame. */
const shows = (page: Page, id: string, pattern: string, timeout = patience): Promise<unknown> =>
  page.waitForFunction(
    ([testId, wanted]) =>
      new RegExp(wanted ?? '').test(window.document.querySelector(`[data-testid=${testId}]`)?.textContent ?? ''),
    [id, pattern],
    { timeout, polling: 'raf' },
  );

function tableOf(journeys: ReadonlyMap<string, Journey[]>, rounds: number): string {
  const parts = Object.keys([...journeys.values()][0]?.[0] ?? {});
  const rows = [...journeys].map(([demo, own]) => {
    const medians = parts.map((part) => median(own.map((journey) => journey[part] ?? Number.NaN)));
    const totals = own.map((journey) =>
      parts.filter((part) => part !== 'baselines').reduce((sum, part) => sum + (journey[part] ?? Number.NaN), 0),
    );
    return [demo, ...medians.map((seconds) => seconds.toFixed(2)), median(totals).toFixed(2)];
  });
  const what = `Seconds: the median of ${rounds}, each in a page of its own.`;
  return [what, table(['demo', ...parts, 'all but baselines'], rows)].join('\n\n');
}
