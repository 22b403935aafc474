/** Sources whose weights are singular, where the assumption of the paper's Mechanism 1 (an invertible W₁) fails. */
import type { Model } from '../../src/engine/architectures/model.ts';
import { sideBySidePredictor } from '../../src/engine/evaluation/predictors.ts';
import type { MergeContext } from '../../src/engine/merging/method.ts';
import type { Weight } from '../../src/engine/tensors/host-tensor.ts';
import { lowerRank, reachTarget } from '../../src/engine/theory/reach-target.ts';
import { distillationLike } from './demo-pairs.ts';
import type { Experiment } from './experiment.ts';
import { percent, short, table } from './experiment.ts';
import { merge, scoreOf } from './merge.ts';
import { demo } from './sources.ts';

const images = 500;
const layer = 'layers.1.weight';

interface Damage {
  title: string;
  of(weight: Weight): Weight;
}

/** Every fourth row stays, or so: rows are spread, not a block. */
const zeroRows = (share: number): Damage => ({
  title: `${100 * share} % of the rows 0`,
  of({ shape, values }) {
    const [rows = 0, columns = 0] = shape;
    const isZero = (row: number) => Math.floor((row + 1) * share) > Math.floor(row * share);
    const dead = Array.from({ length: rows }, (_, row) => isZero(row));
    return { shape, values: values.map((value, index) => (dead[Math.floor(index / columns)] ? 0 : value)) };
  },
});

const cutRank = (rank: number): Damage => ({ title: `rank ${rank}`, of: (weight) => lowerRank(weight, rank) });

const damages: Damage[] = [
  { title: 'as they are', of: (weight) => weight },
  zeroRows(0.25),
  zeroRows(0.5),
  zeroRows(0.75),
  cutRank(64),
  cutRank(16),
  cutRank(4),
];

const damaged = ({ architecture, weights }: Model, damage: Damage): Model => ({
  architecture,
  weights: new Map([...weights].map(([name, weight]) => [name, name === layer ? damage.of(weight) : weight])),
});

export const singular: Experiment = {
  id: 'singular',
  async run(note) {
    const { fsMerge, context: load } = await demo('mlp');
    const whole = await load(images);
    const full = { ...fsMerge, kind: 'full' as const };
    const rows: string[][] = [];
    for (const damage of damages) {
      note(damage.title);
      const context: MergeContext = { ...whole, models: whole.models.map((model) => damaged(model, damage)) };
      const [first, second] = context.models.map((model) => model.weights.get(layer)) as [Weight, Weight];
      const undamaged = whole.models[1]?.weights.get(layer) ?? second;
      const reach = reachTarget(first, undamaged);
      const alone = await scoreOf({ predictor: () => sideBySidePredictor(context.models) }, context);
      const merged = await merge(context, full);
      const distilled = await merge(context, distillationLike(full));
      rows.push([
        damage.title,
        String(reach.rank),
        short(reach.error),
        short(reach.smallestError),
        ...alone.perTask.map(percent),
        ...merged.score.perTask.map(percent),
        percent(merged.score.joint),
        ...distilled.score.perTask.map(percent),
        percent(distilled.score.joint),
      ]);
    }
    const what = `The demo MLPs with the second layer of both (128 × 128) damaged, then merged with ${images} images per task and the demo's schedule. Mechanism 1: how far \`M₁ = (W* W₁⁺)ᵀ\` stays from the undamaged layer of source 2 as W*, relative to its norm, and how near any M and U of the damaged source 1 alone could come.`;
    const head = [
      'layer 2 of both sources',
      'rank of W₁',
      'Mechanism 1',
      'nearest possible',
      'source 1 alone',
      'source 2 alone',
      'FS-Merge task 1',
      'FS-Merge task 2',
      'FS-Merge joint',
      'distillation task 1',
      'distillation task 2',
      'distillation joint',
    ];
    return [what, table(head, rows)].join('\n\n');
  },
};
