/** The demo's digit ViT merged with clothes ViTs of other depths and widths, trained here: the paper's open question 2. */
import type { Model, VisionTransformer } from '../../src/engine/architectures/model.ts';
import { sideBySidePredictor } from '../../src/engine/evaluation/predictors.ts';
import type { MergeContext } from '../../src/engine/merging/method.ts';
import { distillationLike } from './demo-pairs.ts';
import type { Experiment } from './experiment.ts';
import { percent, table } from './experiment.ts';
import { epochsFor, merge, scoreOf } from './merge.ts';
import { contextOf, demo, taskOf, trainSource } from './sources.ts';

const images = 500;
const steps = 300;
const classes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Second sources: blocks, width, heads, hidden width. */
const shapes = [
  { blocks: 4, width: 64, heads: 4, hidden: 128 },
  { blocks: 2, width: 64, heads: 4, hidden: 128 },
  { blocks: 4, width: 48, heads: 3, hidden: 96 },
  { blocks: 2, width: 48, heads: 3, hidden: 96 },
  { blocks: 6, width: 80, heads: 5, hidden: 160 },
];

export const unequal: Experiment = {
  id: 'unequal',
  async run(note) {
    const { fsMerge, context: load } = await demo('vit');
    const { models, tasks } = await load(images);
    const digits = models[0] as Model;
    const epochs = epochsFor(steps, 2 * images, fsMerge.batchSize);
    const clothes = await taskOf('fashion-mnist', classes, images, 1);
    const rows: string[][] = [];
    for (const shape of shapes) {
      const name = `${shape.blocks} × ${shape.width}`;
      note(`training ${name}`);
      const architecture: VisionTransformer = { ...(digits.architecture as VisionTransformer), ...shape };
      const source = { file: 'fashion-mnist', labels: classes, architecture, epochs: 6, learningRate: 0.002, seed: 5 };
      const second = await trainSource(source);
      const context: MergeContext = contextOf([digits, second], [tasks[0] as typeof clothes, clothes], 1);
      const alone = await scoreOf({ predictor: () => sideBySidePredictor(context.models) }, context);
      const full = { ...fsMerge, kind: 'full' as const, epochs };
      for (const [label, method] of Object.entries({ 'FS-Merge': full, distillation: distillationLike(full) })) {
        note(`${label}, ${name}`);
        const { score } = await merge(context, method);
        rows.push([name, ...alone.perTask.map(percent), label, ...score.perTask.map(percent), percent(score.joint)]);
      }
    }
    const what = `Source 1 is the demo's digit ViT (4 blocks × width 64); source 2 is trained here on Fashion-MNIST, 6 epochs from an initialisation of its own. The merged network has source 1's width and the deeper one's depth (identity blocks at the end); kind full, start *first*, ${images} images per task, about ${steps} steps.`;
    const head = [
      'source 2, blocks × width',
      'source 1 alone',
      'source 2 alone',
      'method',
      'digits',
      'clothes',
      'joint',
    ];
    return [what, table(head, rows)].join('\n\n');
  },
};
