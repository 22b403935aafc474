/** The demo pairs × every method that needs no base, on held-out images and on disturbed ones. */
import { underShift } from '../../src/engine/evaluation/closer-look.ts';
import type { FsMergeOptions, MethodRecipe } from '../../src/engine/recipe.ts';
import type { Experiment } from './experiment.ts';
import { numbers, percent, table } from './experiment.ts';
import { merge, method } from './merge.ts';
import type { DemoName } from './sources.ts';
import { demo } from './sources.ts';

const untrained = [
  'ensemble',
  'average',
  'slerp',
  'regmean',
  'git-re-basin',
  'activation-matching',
  'zipit',
  'ot-fusion',
];

/** Distillation has the schedule, images and start of the demo's FS-Merge. */
function methodsFor(fsMerge: FsMergeOptions): MethodRecipe[] {
  return [...untrained.map((name) => method({ name })), distillationLike(fsMerge), fsMerge];
}

export function distillationLike(fsMerge: FsMergeOptions): MethodRecipe {
  const { schedule, learningRate, batchSize, epochs, weightDecay } = fsMerge;
  const initialisation = fsMerge.initialisation === 'average' ? 'average' : 'first';
  return method({
    name: 'distillation',
    initialisation,
    schedule,
    learningRate,
    batchSize,
    epochs,
    weightDecay,
  });
}

async function pair(name: DemoName, note: (line: string) => void): Promise<string> {
  const { title, recipe, fsMerge, context: load } = await demo(name);
  const context = await load();
  const clean: string[][] = [];
  const shifted: string[][] = [];
  let columns: string[] = [];
  for (const own of methodsFor(fsMerge)) {
    note(`${title}: ${own.name}`);
    const { score, seconds, outcome } = await merge(context, own);
    clean.push([
      own.name,
      ...score.perTask.map(percent),
      percent(score.joint),
      seconds.toFixed(2),
      numbers(outcome.learnable),
    ]);
    const predictor = outcome.predictor();
    const shifts = await underShift(predictor, context.tasks, context.seed);
    predictor.dispose();
    columns = [...new Set(shifts.map(({ shift }) => shift))];
    const cell = (wanted: string) =>
      shifts
        .filter(({ shift }) => shift === wanted)
        .map(({ score: { joint } }) => (100 * joint).toFixed(0))
        .join(' · ');
    shifted.push([own.name, percent(score.joint), ...columns.map(cell)]);
  }
  const tasks = recipe.sources.map((source) => source.name);
  return [
    `### ${title}`,
    table(['method', ...tasks, 'joint', 'seconds', 'learnable numbers'], clean),
    'Joint accuracy in % on 300 images of each task under distribution shift, severity 1 · 2 · 3:',
    table(['method', 'undisturbed, all images', ...columns], shifted),
  ].join('\n\n');
}

export const demoPairs: Experiment = {
  id: 'demo-pairs',
  async run(note) {
    return [await pair('mlp', note), await pair('vit', note)].join('\n\n');
  },
};
