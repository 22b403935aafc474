/** 2 to 12 MLPs, each trained here on two classes from a seed of its own: together, sequential, distillation. Open question 1. */
import type { Perceptron } from '../../src/engine/architectures/model.ts';
import type { Score } from '../../src/engine/evaluation/evaluate.ts';
import { sideBySidePredictor } from '../../src/engine/evaluation/predictors.ts';
import type { MergeContext } from '../../src/engine/merging/method.ts';
import { distillationLike } from './demo-pairs.ts';
import type { Experiment } from './experiment.ts';
import { spread, table } from './experiment.ts';
import { merge, method, scoreOf } from './merge.ts';
import { contextOf, taskOf, trainSource } from './sources.ts';

const counts = [2, 4, 8, 12];
const seeds = [1, 2, 3];
const images = 100;
const options = { initialisation: 'first', kind: 'full', learningRate: 0.002, batchSize: 64, epochs: 30 };

const network: Perceptron = { kind: 'mlp', inputs: 784, widths: [128, 128], activation: 'relu', classes: 2 };

/** Pairs of classes, digits and clothes by turns. Twenty classes make ten pairs; the last two take classes anew. */
const pairs: [string, number[]][] = [
  ...[0, 2, 4, 6, 8].flatMap((first): [string, number[]][] => [
    ['mnist', [first, first + 1]],
    ['fashion-mnist', [first, first + 1]],
  ]),
  ['mnist', [1, 8]],
  ['fashion-mnist', [3, 6]],
];

async function sourcesFor(count: number, seed: number): Promise<MergeContext> {
  const chosen = pairs.slice(0, count);
  const models = [];
  for (const [index, [file, labels]] of chosen.entries()) {
    const source = { file, labels, architecture: network, epochs: 3, learningRate: 0.002, seed: 100 * seed + index };
    models.push(await trainSource(source));
  }
  const tasks = await Promise.all(chosen.map(([file, labels]) => taskOf(file, labels, images, seed)));
  return contextOf(models, tasks, seed);
}

const meanOf = ({ perTask }: Score): number =>
  perTask.reduce<number>((sum, own) => sum + (own ?? Number.NaN), 0) / perTask.length;

const worstOf = ({ perTask }: Score): number => Math.min(...perTask.map((own) => own ?? Number.NaN));

const cells = (scores: readonly Score[]): string[] => [
  spread(scores.map(meanOf)),
  spread(scores.map(worstOf)),
  spread(scores.map(({ joint }) => joint)),
];

const sourcesAlone = (context: MergeContext): Promise<Score> =>
  scoreOf({ predictor: () => sideBySidePredictor(context.models) }, context);

export const manySources: Experiment = {
  id: 'many-sources',
  async run(note) {
    const together = method({ name: 'fs-merge', order: 'together', ...options });
    if (together.name !== 'fs-merge') throw new Error('not FS-Merge');
    const methods = {
      average: method({ name: 'average' }),
      'FS-Merge, together': together,
      'FS-Merge, sequential': method({ name: 'fs-merge', order: 'sequential', ...options }),
      distillation: distillationLike(together),
    };
    const rows: string[][] = [];
    for (const count of counts) {
      const contexts: MergeContext[] = [];
      for (const seed of seeds) {
        note(`training ${count} sources, seed ${seed}`);
        contexts.push(await sourcesFor(count, seed));
      }
      const alone = await Promise.all(contexts.map(sourcesAlone));
      rows.push([String(count), 'sources side by side', ...cells(alone), '–']);
      for (const [label, recipe] of Object.entries(methods)) {
        note(`${count} sources: ${label}`);
        const scores: Score[] = [];
        let seconds = 0;
        for (const context of contexts) {
          const measured = await merge(context, recipe);
          scores.push(measured.score);
          seconds += measured.seconds / contexts.length;
        }
        rows.push([String(count), label, ...cells(scores), seconds.toFixed(1)]);
      }
    }
    const what = `MLPs 784-128-128, each trained on two classes of MNIST or of Fashion-MNIST from an initialisation of its own; ${images} images per task for the merge, kind full, start *first*, ${options.epochs} epochs of what each stage has; mean ± standard deviation over ${seeds.length} sets of sources. Sources 11 and 12 take classes that others have too, so no joint reading can be right about all of those.`;
    const head = ['sources', 'method', 'mean over tasks', 'worst task', 'joint', 'seconds'];
    return [what, table(head, rows)].join('\n\n');
  },
};
