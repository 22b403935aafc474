/** FS-Merge started from other methods' own M and U, on copies, where they are exact, and on the demo pairs. */
import type { Model } from '../../src/engine/architectures/model.ts';
import { parameterShapes } from '../../src/engine/architectures/model.ts';
import { permuted, planOf, randomOrders } from '../../src/engine/merging/baselines/testing.ts';
import { largestGap } from '../../src/engine/merging/fs-merge/testing.ts';
import type { MergeContext } from '../../src/engine/merging/method.ts';
import { seededRandom } from '../../src/engine/random.ts';
import type { MethodRecipe } from '../../src/engine/recipe.ts';
import { warmMethods } from '../../src/engine/recipe.ts';
import type { Experiment } from './experiment.ts';
import { percent, short, table } from './experiment.ts';
import { merge, method, scoreOf } from './merge.ts';
import type { DemoName } from './sources.ts';
import { demo } from './sources.ts';

const images = 500;

/** Source 1 twice, on its own task twice; with `permuteUnits` the second has its units in another order. */
function copies({ models, tasks, ...rest }: MergeContext, permuteUnits: boolean): MergeContext {
  const [model] = models as [Model];
  const [task] = tasks as [MergeContext['tasks'][number]];
  const plan = planOf([model]);
  const second = permuteUnits ? permuted(model, plan, randomOrders(plan, seededRandom(17))) : model;
  return { ...rest, models: [model, second], tasks: [task, task] };
}

const gap = (a: Model | null, b: Model | null): number =>
  Math.max(...[...parameterShapes((a as Model).architecture).keys()].map((name) => largestGap(a, b, name)));

async function rowsOf(title: string, context: MergeContext, trained: MethodRecipe): Promise<string[][]> {
  if (trained.name !== 'fs-merge') throw new Error('not FS-Merge');
  const rows: string[][] = [];
  const starts = [
    { label: 'first', options: { initialisation: 'first' as const, warmStart: null }, baseline: null },
    ...warmMethods.map((name) => ({
      label: name,
      options: { initialisation: 'warm' as const, warmStart: { from: 'method' as const, method: name } },
      baseline: method({ name }),
    })),
  ];
  for (const { label, options, baseline } of starts) {
    const before = await merge(context, { ...trained, ...options, epochs: 0 });
    const after = await merge(context, { ...trained, ...options });
    const own = baseline && (await merge(context, baseline));
    rows.push([
      title,
      label,
      own ? short(gap(before.outcome.model, own.outcome.model)) : '–',
      percent((await scoreOf(before.outcome, context)).joint),
      short(after.losses[0] ?? Number.NaN),
      short(after.losses.at(-1) ?? Number.NaN),
      ...after.score.perTask.map(percent),
      percent(after.score.joint),
    ]);
  }
  return rows;
}

export const warmStarts: Experiment = {
  id: 'warm-starts',
  async run(note) {
    const rows: string[][] = [];
    for (const name of ['mlp', 'vit'] satisfies DemoName[]) {
      const { title, fsMerge, context: load } = await demo(name);
      const context = await load(images);
      const network = name === 'mlp' ? 'MLP' : 'ViT';
      const settings = [
        { title: `${network}, two copies of source 1`, context: copies(context, false) },
        { title: `${network}, source 1 and a permuted copy`, context: copies(context, true) },
        { title, context },
      ];
      for (const setting of settings) {
        note(setting.title);
        rows.push(...(await rowsOf(setting.title, setting.context, { ...fsMerge, kind: 'full' })));
      }
    }
    const what = `Kind full, ${images} images per task, the demo's schedule. The gap is the largest difference of any weight between the fold before the first step and the method itself. Joint accuracy of two copies is at most that of a coin thrown between two equal heads, so it says nothing there; the loss does.`;
    const head = [
      'sources',
      'start',
      'gap to the method',
      'joint at the start',
      'first loss',
      'last loss',
      'task 1',
      'task 2',
      'joint',
    ];
    return [what, table(head, rows)].join('\n\n');
  },
};
