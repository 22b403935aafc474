/** FS-Merge against distillation as the training images become few. */
import type { Score } from '../../src/engine/evaluation/evaluate.ts';
import { distillationLike } from './demo-pairs.ts';
import type { Experiment } from './experiment.ts';
import { spread, table } from './experiment.ts';
import { epochsFor, merge } from './merge.ts';
import type { DemoName } from './sources.ts';
import { demo } from './sources.ts';

const counts = [16, 100, 500];
const seeds = [1, 2, 3];
/** Steps of every run, however few its images: few images are seen more often. */
const steps = 300;

async function pair(name: DemoName, note: (line: string) => void): Promise<string> {
  const { title, recipe, fsMerge, context: load } = await demo(name);
  const rows: string[][] = [];
  for (const images of counts) {
    const epochs = epochsFor(steps, images * recipe.sources.length, fsMerge.batchSize);
    const full = { ...fsMerge, epochs };
    // A low-rank part starts as nothing beside a diagonal that is source 1 or the average.
    const lowRank = { ...full, kind: 'diagonal+low-rank' as const };
    const methods = { 'FS-Merge, full': full, 'FS-Merge, low-rank': lowRank, distillation: distillationLike(full) };
    for (const [label, method] of Object.entries(methods)) {
      const scores: Score[] = [];
      for (const seed of seeds) {
        note(`${title}: ${images} images, ${label}, seed ${seed}`);
        scores.push((await merge(await load(images, seed), method)).score);
      }
      const over = (pick: (score: Score) => number | null | undefined) =>
        spread(scores.map((one) => pick(one) ?? null));
      rows.push([
        String(images),
        label,
        ...recipe.sources.map((_, task) => over(({ perTask }) => perTask[task])),
        over(({ joint }) => joint),
        ...recipe.sources.map((_, task) => over(({ jointPerTask }) => jointPerTask[task])),
      ]);
    }
  }
  const tasks = recipe.sources.map((source) => source.name);
  return [
    `### ${title}`,
    table(['images per task', 'method', ...tasks, 'joint', ...tasks.map((task) => `joint on ${task}`)], rows),
  ].join('\n\n');
}

export const fewImages: Experiment = {
  id: 'few-images',
  async run(note) {
    const what = `Every run has about ${steps} steps of batch 64 (fewer images: seen more often), the learning rate, schedule and start of the demo, no augmentation; mean ± standard deviation over the seeds ${seeds.join(', ')}, which draw the images and their order.`;
    return [what, await pair('mlp', note), await pair('vit', note)].join('\n\n');
  },
};
