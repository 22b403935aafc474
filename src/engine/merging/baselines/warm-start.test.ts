/** Methods that hand out their M and U: training starts as their merge, exactly, and goes on from there. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Model } from '../../architectures/model.ts';
import { methodSchema } from '../../recipe.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { contextOf, fsMergeOptions, largestGap, randomModels, runMerge } from '../fs-merge/testing.ts';
import type { MergeContext } from '../method.ts';
import { mergeMethod } from '../registry.ts';

beforeAll(() => useNodeBackend('cpu'));

const images = { train: 30, validation: 0 };
const architectures: [string, Architecture][] = [
  ['ViT', smallVit],
  ['MLP', { ...smallMlp, widths: [8, 6] }],
];
const cases = architectures.flatMap(([name, architecture]) =>
  (['average', 'regmean', 'git-re-basin', 'zipit'] as const).map((method) => ({ name, architecture, method })),
);

async function mergedBy(
  method: 'average' | 'regmean' | 'git-re-basin' | 'zipit',
  context: MergeContext,
): Promise<Model> {
  const merging = mergeMethod(method).merge(context, methodSchema.parse({ name: method }) as never);
  for (;;) {
    const next = await merging.next();
    if (!next.done) continue;
    if (!next.value.model) throw new Error('no model');
    return next.value.model;
  }
}

describe('a warm start', () => {
  it.each(cases)('from $method, $name: folds to its weights, and training lowers the loss', async (one) => {
    const models = randomModels([one.architecture, one.architecture]);
    const context = contextOf(models, { images });
    const start = { initialisation: 'warm', warmStart: { from: 'method', method: one.method }, kind: 'full' };
    const { outcome } = await runMerge(context, fsMergeOptions({ ...start, epochs: 0 }));
    const baseline = await mergedBy(one.method, context);
    expect(outcome.model?.weights.size).toBe(baseline.weights.size);
    for (const name of baseline.weights.keys()) expect(largestGap(outcome.model, baseline, name), name).toBe(0);
    const trained = await runMerge(
      context,
      fsMergeOptions({ ...start, epochs: 10, batchSize: 100, learningRate: 2e-3 }),
    );
    expect(trained.losses.at(-1)).toBeLessThan((trained.losses[0] ?? 0) * 0.95);
  });

  it('is refused where widths differ', () => {
    const sources = [smallVit, { ...smallVit, width: 12, heads: 3 }].map((architecture, index) => ({
      file: `source ${index}`,
      architecture,
    }));
    const options = fsMergeOptions({
      initialisation: 'warm',
      warmStart: { from: 'method', method: 'regmean' },
      kind: 'full',
    });
    const alignment = { padding: 'end' as const, resize: false };
    const [problem] = mergeMethod('fs-merge').problems(sources, options, alignment, null);
    expect(problem?.message).toMatch(/start from the regmean needs sources and merged network of one size/);
  });
});
