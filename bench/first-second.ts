/**
 * The first second of a first visit: the built studio over localhost, in a browser that has never seen it.
 *
 *     npm run bench:first-second                 10 visits
 *     npm run bench:first-second -- --rounds=30  more
 *
 * With `--write` the table takes the place of its last one in docs/performance.md.
 */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, preview } from 'vite';
import { table } from './fidelity/experiment.ts';
import type { Watched } from './first-second/watch.ts';
import { readNotes, watchFromTheStart } from './first-second/watch.ts';
import { page as document, report } from './keep.ts';
import { launch } from './support/chromium.ts';
import { median, ms } from './support/timing.ts';
import { command, option, refuseOthers } from './support/words.ts';

const outDir = 'test-results/bench/studio';
/** The page's thread is quiet when no long task comes for so long, in ms. */
const quiet = 1000;

interface Visit extends Watched {
  /** The button can be seen and pressed, and no long task hinders it. */
  interactive: number;
  /** Of scripts that had arrived by then, gzipped. */
  bytes: number;
  browser: string;
}

export async function main(words: readonly string[]): Promise<void> {
  refuseOthers(words, [], ['rounds']);
  const started = Date.now();
  await build({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await preview({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir } });
  const visits: Visit[] = [];
  try {
    for (let round = 0; round < option(words, 'rounds', 10); round++) {
      visits.push(await visit(server.resolvedUrls?.local[0] ?? ''));
    }
  } finally {
    await server.close();
  }
  const where = `Chromium ${visits[0]?.browser}, load ${loadavg()[0]?.toFixed(1)}`;
  await report(
    document,
    words,
    { id: 'first-second', command: command('first-second', words), where, started },
    tableOf(visits),
  );
}

/** One visit with a browser of its own: nothing is cached, no script is compiled. */
async function visit(url: string): Promise<Visit> {
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await watchFromTheStart(page);
    await page.goto(url);
    await page.waitForFunction(
      () => !/choosing/.test(window.document.querySelector('[data-testid=backend-label]')?.textContent ?? 'choosing'),
    );
    await page.waitForTimeout(quiet);
    const notes = await readNotes(page);
    const interactive = interactiveAt(notes);
    const before = notes.scripts.filter(({ arrived }) => arrived <= interactive);
    const bytes = before.reduce((sum, script) => sum + gzipped(script.url), 0);
    return { ...notes, interactive, bytes, browser: browser.version().split('.')[0] ?? '' };
  } finally {
    await browser.close();
  }
}

/** When the button could be seen and pressed, or at the end of the last long task that began before a quiet time. */
function interactiveAt({ firstPaint, enabled, longTasks }: Watched): number {
  let at = Math.max(firstPaint, enabled);
  for (const end of longTasks) if (end > at && end < at + quiet) at = end;
  return at;
}

const gzipped = (url: string): number => gzipSync(readFileSync(join(outDir, new URL(url).pathname))).length;

function tableOf(visits: readonly Visit[]): string {
  const row = (name: string, of: (visit: Visit) => number, unit = ms) => {
    const values = visits.map(of).sort((a, b) => a - b);
    return [name, unit(median(values)), unit(values[0] ?? Number.NaN), unit(values.at(-1) ?? Number.NaN)];
  };
  const kB = (bytes: number) => (bytes / 1000).toFixed(1);
  return table(
    ['', `median of ${visits.length}`, 'least', 'most'],
    [
      row('first paint, ms', (visit) => visit.firstPaint),
      row('demo button on the screen, ms', (visit) => visit.visible),
      row('demo button can be pressed, ms', (visit) => visit.enabled),
      row('interactive: and the page’s thread is quiet, ms', (visit) => visit.interactive),
      row('JavaScript that had arrived by then, gzipped, kB', (visit) => visit.bytes, kB),
      row('backend chosen, ms', (visit) => visit.backend),
    ],
  );
}
