/** The studio without a person: the same worker, driven by the command line through `window.fsMerge`. */
import '../studio/styles/tokens.css';

import { StudioError } from '../engine/errors.ts';
import type { Recipe } from '../engine/recipe.ts';
import { download } from '../studio/actions/download.ts';
import { readPalette } from '../studio/charts/palette.ts';
import { settingKey } from '../studio/recipe/draft.ts';
import { reportHtml } from '../studio/report/report.ts';
import { comparisons } from '../studio/runs/compare.ts';
import type { Run } from '../studio/runs/run.ts';
import { afterEvent, isOver, latestLosses, latestScore, newRun, stepsDone } from '../studio/runs/run.ts';
import { packRun, sessionText } from '../studio/sessions/pack.ts';
import { unpackRun } from '../studio/sessions/unpack.ts';
import { describeSource } from '../studio/text/describe.ts';
import { connect, errorInfo } from '../worker/client.ts';
import type { SourceInfo, SourceScore, StudioEvent } from '../worker/protocol.ts';
import type { Answer, HeadlessApi, HeadlessWindow, Progress, RunEnd } from './api.ts';

const own = window as HeadlessWindow;
const id = 'run';
/** Milliseconds between two reports of progress. */
const pace = 200;

const { client, start } = connect({ onCrash: end, onLost: () => end(new Error("the studio's worker has ended")) });

let sources: readonly SourceInfo[] = [];
let run: Run | null = null;
let settle: { resolve: () => void; reject: (reason: unknown) => void } | null = null;
let told = 0;

function end(reason: Error): void {
  settle?.reject(reason);
}

function receive(event: StudioEvent): void {
  if (!('run' in event) || !run) return;
  run = afterEvent(run, event);
  tell(run);
  if (isOver(run) || run.state === 'paused') settle?.resolve();
}

/** The first step at once, then at most a few times a second. */
function tell(now: Run): void {
  const isFirst = told === 0 && stepsDone(now) > 0;
  if (!isFirst && performance.now() - told < pace) return;
  if (stepsDone(now) > 0) told = performance.now();
  const { state, note, steps, secondsLeft } = now;
  const progress: Progress = {
    state,
    note,
    step: stepsDone(now),
    steps,
    losses: latestLosses(now),
    joint: latestScore(now)?.joint ?? null,
    secondsLeft: Number.isFinite(secondsLeft) ? secondsLeft : null,
  };
  own.fsMergeProgress?.(progress);
}

function files(input: string): File[] {
  return [...((document.getElementById(input) as HTMLInputElement).files ?? [])];
}

function running(): Run {
  if (run) return run;
  throw new Error('nothing was run yet');
}

async function load(paths: readonly string[]): Promise<null> {
  const dropped = files('files').map((file, index) => ({ path: paths[index] ?? file.name, file }));
  const loaded = await client.load(dropped);
  const [first] = loaded.errors;
  if (first) throw new StudioError(first);
  sources = [...sources, ...loaded.sources];
  return null;
}

async function check(value: unknown): Promise<Recipe> {
  const recipe = await client.readRecipe(value);
  const [problem] = (await client.check(recipe)).problems;
  if (problem) throw new StudioError(problem);
  return recipe;
}

async function goThrough(recipe: Recipe, resumed: boolean): Promise<RunEnd> {
  const name = recipe.name || 'Run 1';
  const colours = recipe.sources.map((_, index) => index);
  const [snapshot] = resumed ? files('snapshot') : [];
  run = newRun({ id, name, recipe: { ...recipe, name }, colours, origin: 'person' });
  if (snapshot) run = { ...goneOn(await client.readSnapshot(snapshot), recipe), state: 'preparing' };
  const over = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  await client.run(id, run.recipe, snapshot && { snapshot });
  await over;
  const { state, result, error } = running();
  return { state, result, error, tasks: recipe.sources.map((source) => source.name) };
}

/** What was measured before; of another recipe it is refused. */
function goneOn(saved: Parameters<typeof unpackRun>[0], recipe: Recipe): Run {
  const nameless = (one: object) => JSON.stringify({ ...one, name: '' });
  if (nameless(saved.recipe) === nameless(recipe)) return { ...unpackRun(saved, id), restored: false };
  throw new StudioError({
    kind: 'recipe',
    message: 'The snapshot is of another recipe.',
    advice: 'Give the recipe that was broken off, or begin anew without --resume.',
  });
}

async function takeSnapshot(): Promise<boolean> {
  const blob = await client.snapshot(id, sessionText(packRun(running())));
  if (blob) download('snapshot', blob);
  return blob !== null;
}

async function exportModel({ scheme, ...options }: Parameters<HeadlessApi['exportModel']>[0]) {
  const [usual] = (await client.exportChoices(id)).schemes;
  const report = await client.exportModel(id, { ...options, scheme: scheme ?? usual?.name ?? '' }, null);
  for (const { name, blob } of report.files) {
    if (blob) download(name, blob);
    // Browsers lose downloads that begin at the same moment.
    await new Promise((next) => setTimeout(next, 200));
  }
  return { files: report.files.map(({ name, bytes }) => ({ name, bytes })), readBack: report.readBack };
}

async function superNet(): Promise<null> {
  const { name, bytes } = await client.exportSuperNet(id, 'run');
  download(name, new Blob([bytes], { type: 'application/octet-stream' }));
  return null;
}

async function report(): Promise<null> {
  const { recipe, colours } = running();
  const scores: SourceScore[] = [];
  for (const index of recipe.sources.keys()) scores.push(await client.evaluateSource(recipe, index));
  const [comparison] = comparisons({ recipe, colours }, [running()], { [settingKey(recipe)]: scores });
  if (!comparison) throw new Error('nothing was measured');
  const described = recipe.sources.map(({ file, images }) => {
    const info = sources.find((one) => one.id === file);
    return { model: info ? describeSource(info) : '', images: images ? `${images.train} of ${images.file}` : 'none' };
  });
  const made = new Date();
  const text = reportHtml({ runs: [running()], comparison, sources: described, palette: readPalette('light'), made });
  download('report.html', new Blob([text], { type: 'text/html' }));
  return null;
}

async function answer<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: errorInfo(error) };
  }
}

own.fsMerge = {
  start: (backend) => answer(() => start(receive, backend)),
  load: (paths) => answer(() => load(paths)),
  check: (recipe) => answer(() => check(recipe)),
  run: (recipe, snapshot) => answer(() => goThrough(recipe, snapshot)),
  pause: () =>
    answer(async () => {
      await client.pause(id);
      return null;
    }),
  snapshot: () => answer(takeSnapshot),
  exportModel: (options) => answer(() => exportModel(options)),
  superNet: () => answer(superNet),
  report: () => answer(report),
};
