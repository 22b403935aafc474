/**
 * A restless person at the built studio in Chromium: seeded random actions for a long time. Every minute everything is thrown away, and
 * what is left in tensors and bytes has to be what there was at the start; errors and leaks end with code 1.
 *
 *     npm run soak                            30 minutes
 *     npm run soak -- --minutes 5 --seed 7    shorter, other actions
 *
 * With `--write` the table takes the place of its last one in docs/reliability.md. A seed gives the same wishes in the same order; what
 * comes of them depends on how fast the machine is.
 */
import type { Browser, CDPSession, Page } from '@playwright/test';
import { build, preview } from 'vite';
import { seededRandom } from '../src/engine/random.ts';
import { table } from './fidelity/experiment.ts';
import { report } from './keep.ts';
import type { Action, Random } from './soak/actions.ts';
import { actions, oneOf } from './soak/actions.ts';
import { discardAll } from './soak/discard.ts';
import type { Memory } from './soak/memory.ts';
import { measureMemory } from './soak/memory.ts';
import { Watch } from './soak/watch.ts';
import { launch } from './support/chromium.ts';
import { joined, option, refuseOthers } from './support/words.ts';

const outDir = 'test-results/bench/studio';
/** Of actions, between two looks at what is left. */
const roundSeconds = 60;
/** JavaScript comes and goes; it leaks when the least of the last rounds is above the least of the first ones by more than this. In bytes. */
const slack = 20e6;
const compared = 5;

interface Round {
  minutes: number;
  done: number;
  memory: Memory;
}

interface Soak {
  start: Memory;
  rounds: Round[];
  /** How often each action could be done. */
  counts: Map<string, number>;
  watch: Watch;
  failures: string[];
}

export async function main(given: readonly string[]): Promise<void> {
  const words = joined(given);
  refuseOthers(words, [], ['minutes', 'seed']);
  const [minutes, seed] = [option(words, 'minutes', 30), option(words, 'seed', 1)];
  const started = Date.now();
  await build({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await preview({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir } });
  const browser = await launch(['--enable-blink-features=ForceEagerMeasureMemory']);
  try {
    const { soak, backend } = await run(browser, server.resolvedUrls?.local[0] ?? '', minutes, seed);
    const where = `${backend} in Chromium ${browser.version().split('.')[0]}`;
    const typed = `npm run soak -- --minutes ${minutes} --seed ${seed}`;
    await report('docs/reliability.md', words, { id: 'soak', command: typed, where, started }, textOf(soak));
    for (const failure of soak.failures) console.error(failure);
    if (soak.failures.length > 0) process.exitCode = 1;
  } finally {
    await browser.close();
    await server.close();
  }
}

async function run(browser: Browser, url: string, minutes: number, seed: number) {
  const page = await browser.newPage({ serviceWorkers: 'block', viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(10_000);
  const watch = new Watch();
  await watch.begin(page);
  await page.goto(url);
  await page.waitForFunction(
    () => !/choosing/.test(document.querySelector('[data-testid=backend-label]')?.textContent ?? 'choosing'),
  );
  const backend = (await page.getByTestId('backend-label').textContent()) ?? '';
  const heaps = await page.context().newCDPSession(page);
  const soak: Soak = { start: await measureMemory(page, heaps), rounds: [], counts: new Map(), watch, failures: [] };
  await goOn(page, heaps, soak, minutes, seededRandom(seed).uniform);
  return { soak, backend };
}

/** Rounds of actions until the time is over, or a leak is found. */
async function goOn(page: Page, heaps: CDPSession, soak: Soak, minutes: number, random: Random): Promise<void> {
  const { watch, failures } = soak;
  const started = Date.now();
  const end = started + minutes * 60_000;
  while (Date.now() < end && failures.length === 0) {
    const roundEnd = Math.min(end, Date.now() + roundSeconds * 1000);
    const done: string[] = [];
    while (Date.now() < roundEnd) {
      const action = oneOf(urn, random);
      watch.now(action.name);
      if (await tried(page, action, random)) done.push(action.name);
      await watch.look(page);
    }
    for (const name of done) soak.counts.set(name, (soak.counts.get(name) ?? 0) + 1);
    watch.now('discarding');
    await discardAll(page);
    await watch.look(page);
    const memory = await measureMemory(page, heaps);
    soak.rounds.push({ minutes: (Date.now() - started) / 60_000, done: done.length, memory });
    process.stderr.write(`${line(soak.rounds.at(-1) as Round).join('  ')}\n`);
    failures.push(...leaks(soak).map((leak) => `${leak}, after: ${done.join(', ')}`));
  }
  failures.push(...watch.errors);
}

/** Each as often as its weight says. */
const urn: readonly Action[] = actions.flatMap((action) => Array.from({ length: action.weight }, () => action));

/** A control that is gone or covered by the time it is pressed is nothing to talk about. */
async function tried(page: Page, { act }: Action, random: Random): Promise<boolean> {
  try {
    return await act(page, random);
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return false;
    throw error;
  }
}

/** What the last round left that was not there before. */
function leaks({ start, rounds }: Soak): string[] {
  const last = rounds.at(-1)?.memory ?? start;
  const found: string[] = [];
  if (last.tensors !== start.tensors) found.push(`${last.tensors} tensors are left, ${start.tensors} at the start`);
  if (last.bytes !== start.bytes) found.push(`${last.bytes} bytes of tensors are left, ${start.bytes} at the start`);
  for (const heap of ['page', 'workers'] as const) {
    const least = (some: readonly Round[]) => Math.min(...some.map(({ memory }) => memory[heap]));
    const [before, after] = [least(rounds.slice(0, compared)), least(rounds.slice(-compared))];
    if (after > before + slack)
      found.push(`the JavaScript of the ${heap} grew from ${megabytes(before)} to ${megabytes(after)} MB`);
  }
  return found;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

const line = ({ minutes, done, memory }: Round): string[] => [
  minutes.toFixed(1),
  String(done),
  String(memory.tensors),
  String(memory.bytes),
  ...[memory.wasm, memory.page, memory.workers].map(megabytes),
  String(memory.nodes),
];

/** Rounds that the table shows: the first, the last and some between. */
const mostRows = 10;

function textOf({ start, rounds, counts, watch }: Soak): string {
  const every = Math.ceil(rounds.length / mostRows);
  const shown = rounds.filter((_, index) => index % every === 0 || index === rounds.length - 1);
  const heading = ['minutes', 'actions', 'tensors', 'bytes of tensors', 'wasm heaps, MB', 'page’s JavaScript, MB'];
  const rows = [{ minutes: 0, done: 0, memory: start }, ...shown].map(line);
  const total = rounds.reduce((sum, { done }) => sum + done, 0);
  const { worst, longTasks, errors } = watch;
  return [
    `${total} actions, each round ended by throwing everything away; then there was left:`,
    table([...heading, 'workers’ JavaScript, MB', 'elements'], rows),
    `Uncaught errors, errors in the console and mistakes that the page showed: ${errors.length}. Tasks of the page above 50 ms: ${longTasks}; ` +
      `the longest, on a machine that was busy training, ${Math.round(worst.milliseconds)} ms (${worst.during}).`,
    `Done: ${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')}.`,
  ].join('\n\n');
}
