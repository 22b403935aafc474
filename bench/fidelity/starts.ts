/** Initialisation × kind of M and U × images: the paper's open question 3. */
import { matrixKinds } from '../../src/engine/recipe.ts';
import { recipeProblems } from '../../src/engine/recipe-rules.ts';
import type { Experiment } from './experiment.ts';
import { percent, table } from './experiment.ts';
import { epochsFor, merge } from './merge.ts';
import type { DemoName } from './sources.ts';
import { demo } from './sources.ts';

const counts = [16, 100, 500];
const steps = 200;
const initialisations = ['first', 'average', 'random'] as const;

async function pair(name: DemoName, note: (line: string) => void): Promise<string> {
  const { title, recipe, fsMerge, context: load } = await demo(name);
  const rows: string[][] = [];
  for (const kind of matrixKinds) {
    if (kind === 'attention-heads' && name === 'mlp') continue; // a perceptron has none
    for (const initialisation of initialisations) {
      const cells: string[] = [];
      for (const images of counts) {
        note(`${title}: ${kind}, ${initialisation}, ${images} images`);
        const epochs = epochsFor(steps, images * recipe.sources.length, fsMerge.batchSize);
        const method = { ...fsMerge, kind, initialisation, epochs };
        const refused = recipeProblems({ ...recipe, method }).length > 0;
        cells.push(refused ? 'not in the family' : percent((await merge(await load(images), method)).score.joint));
      }
      rows.push([kind, initialisation, ...cells]);
    }
  }
  return [`### ${title}`, table(['kind', 'start', ...counts.map((images) => `joint, ${images} images`)], rows)].join(
    '\n\n',
  );
}

export const starts: Experiment = {
  id: 'starts',
  async run(note) {
    const what = `About ${steps} steps of batch 64 each, rank 12, one seed; images per task.`;
    return [what, await pair('mlp', note), await pair('vit', note)].join('\n\n');
  },
};
