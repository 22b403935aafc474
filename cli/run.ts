/** `fs-merge run`: one recipe in a browser that nobody sees, from files to files. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ExportFloat } from '../src/engine/formats/write/output.ts';
import type { Recipe } from '../src/engine/recipe.ts';
import type { Exported, Progress, RunEnd } from '../src/headless/api.ts';
import type { BackendChoice } from '../src/worker/protocol.ts';
import { openBrowser, StudioPage } from './browser.ts';
import { BrokenOff, MergeFailed } from './errors.ts';
import { findFiles } from './files.ts';
import type { Output } from './output.ts';
import { outputOf, placeFor } from './output.ts';
import { shower } from './progress.ts';
import type { GivenRecipe } from './recipe.ts';
import { readRecipe } from './recipe.ts';
import { serve } from './serve.ts';
import { tableOf } from './table.ts';

export interface RunOptions {
  out: string;
  report?: string;
  supernet?: string;
  backend: BackendChoice;
  set: string[];
  files: string[];
  scheme?: string;
  dtype: ExportFloat;
  resume?: boolean;
  json?: boolean;
  port: number;
  connect?: string;
  browserArg: string[];
}

/** Throws `UsageError`, `MergeFailed` or `BrokenOff`. */
export async function runRecipe(given: string, options: RunOptions): Promise<void> {
  outputOf(options.out);
  return runGiven(await readRecipe(given, options.set), options);
}

/** The same with a recipe that was read. */
export async function runGiven(recipe: GivenRecipe, options: RunOptions): Promise<void> {
  const out = outputOf(options.out);
  const snapshot = `${out.path}.snapshot`;
  const handed = findFiles(recipe, options.files);
  const closing: (() => unknown)[] = [];
  try {
    const server = await serve(join(import.meta.dirname, '../dist'), options.port);
    closing.push(() => server.close());
    const browser = await openBrowser(options.connect ?? null, options.browserArg);
    closing.push(() => browser.close());
    const steps = new Steps(shower(options.json ?? false));
    const page = await StudioPage.open(browser, server.url, (progress) => steps.hear(progress));
    const { label } = await page.ask('start', options.backend);
    await page.hand(
      'files',
      handed.map(({ path }) => path),
    );
    await page.ask(
      'load',
      handed.map(({ name }) => name),
    );
    const checked = await page.ask('check', recipe.recipe);
    const end = await train(page, checked, snapshot, options.resume ?? false);
    const exported = await save(page, out, options);
    await rm(snapshot, { force: true });
    tell(
      end,
      exported,
      { label, version: page.version, out: options.out, startUp: steps.startUp },
      options.json ?? false,
    );
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Notices the first training step. */
class Steps {
  /** Seconds from the start of the command to the first training step; null: nothing was trained. */
  startUp: number | null = null;

  /** Steps that a snapshot brought. */
  private before: number | null = null;

  constructor(private readonly show: (progress: Progress) => void) {}

  hear(progress: Progress): void {
    this.before ??= progress.state === 'preparing' ? progress.step : 0;
    if (progress.step > this.before) this.startUp ??= performance.now() / 1000;
    this.show(progress);
  }
}

/** Ctrl-C leaves a snapshot. */
async function train(page: StudioPage, recipe: Recipe, snapshot: string, resume: boolean): Promise<RunEnd> {
  const goesOn = resume && existsSync(snapshot);
  if (resume && !goesOn) process.stderr.write(`There is no ${snapshot}: the run begins.\n`);
  if (goesOn) await page.hand('snapshot', [snapshot]);
  const pause = () => void page.ask('pause').catch(() => {});
  for (const signal of signals) process.once(signal, pause);
  try {
    const end = await page.ask('run', recipe, goesOn);
    process.stderr.write('\n');
    if (end.state === 'paused') await breakOff(page, snapshot);
    if (!end.result) throw new MergeFailed(end.error ?? { kind: 'run', message: 'The run ended early.', advice: '' });
    return end;
  } finally {
    for (const signal of signals) process.off(signal, pause);
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const;

async function breakOff(page: StudioPage, snapshot: string): Promise<never> {
  // Written to the side: what was there stays whole.
  const kept = await page.saving(
    () => page.ask('snapshot'),
    () => `${snapshot}.new`,
  );
  if (!kept) throw new BrokenOff('Broken off before anything was learned.');
  await rename(`${snapshot}.new`, snapshot);
  throw new BrokenOff(`Broken off; the same command with --resume goes on from ${snapshot}.`);
}

async function save(page: StudioPage, output: Output, options: RunOptions): Promise<Exported> {
  const { name, container } = output;
  const { scheme = null, dtype: floatType, report, supernet } = options;
  const exported = await page.saving(
    () => page.ask('exportModel', { name, container, floatType, scheme, shardBytes: null }),
    (file) => placeFor(output, file),
  );
  if (supernet !== undefined)
    await page.saving(
      () => page.ask('superNet'),
      () => resolve(supernet),
    );
  if (report !== undefined)
    await page.saving(
      () => page.ask('report'),
      () => resolve(report),
    );
  return exported;
}

interface About {
  label: string;
  version: string;
  out: string;
  startUp: number | null;
}

function tell(end: RunEnd, exported: Exported, about: About, json: boolean): void {
  const { result, tasks } = end;
  if (json) {
    process.stdout.write(`${JSON.stringify({ type: 'result', tasks, ...result, ...exported, ...about })}\n`);
    return;
  }
  if (result) process.stdout.write(`${tableOf(tasks, result)}\n`);
  const files = exported.files.map((file) => file.name).join(', ');
  const first = about.startUp === null ? '' : ` · first training step after ${about.startUp.toFixed(1)} s`;
  process.stdout.write(`${about.out}: ${files} · ${about.label} in ${about.version}${first}\n`);
}
