import { describe, expect, it } from 'vitest';
import { smallMlp, smallVit, vitLayouts } from '../testing/models.ts';
import { foldPlan, mergedArchitecture, pairedUnits } from './fold-plan.ts';
import type { VisionTransformer } from './model.ts';
import { featureWidth, parameterShapes } from './model.ts';

const distilled: VisionTransformer = { ...smallVit, registers: 1, pooling: 'distilled' };

describe('a plan', () => {
  it.each(vitLayouts)('of a ViT, %s, folds or learns every parameter of the body once', (_, vit) => {
    const merged = mergedArchitecture([vit, vit]);
    const { folded, norms, matrices } = foldPlan([vit, vit], merged);
    const named = [
      ...folded.flatMap((entry) => (entry.kind === 'rows' ? [entry.name] : [entry.weight, entry.bias])),
      ...norms.flatMap((norm) => [`${norm}.weight`, `${norm}.bias`]),
    ];
    const body = [...parameterShapes(merged).keys()].filter((name) => !name.startsWith('head.'));
    expect(named.toSorted()).toEqual(body.toSorted());
    expect(matrices.at(-1)).toMatchObject({
      name: 'output.U_out',
      widths: [featureWidth(vit), featureWidth(vit)],
      merged: featureWidth(merged),
    });
  });

  it('pairs units half by half where two tokens stand side by side', () => {
    const wide = { ...distilled, width: 10 };
    const plan = foldPlan([distilled, { ...distilled, width: 4 }], mergedArchitecture([wide]));
    const last = plan.matrices.at(-1);
    if (!last) throw new Error('no matrices');
    const upTo = (count: number) => Array.from({ length: count }, (_, unit) => unit);
    expect(pairedUnits(last, 0)).toEqual(upTo(16).map((own) => [own, own < 8 ? own : own + 2]));
    expect(pairedUnits(last, 1)).toEqual(upTo(8).map((own) => [own, own < 4 ? own : own + 6]));
    const [first] = plan.matrices;
    if (!first) throw new Error('no matrices');
    expect(pairedUnits(first, 1)).toEqual(upTo(4).map((own) => [own, own]));
  });
});

describe('the merged network', () => {
  it('gives an embedding where all sources do, else classes', () => {
    const embedding: VisionTransformer = { ...smallVit, output: 'embedding' };
    expect(mergedArchitecture([embedding, embedding])).toMatchObject({ output: 'embedding', classes: 6 });
    expect(mergedArchitecture([embedding, smallVit])).toMatchObject({ output: 'classes' });
    expect(mergedArchitecture([smallVit, embedding])).toMatchObject({ output: 'classes' });
    expect(mergedArchitecture([smallMlp, smallMlp])).toEqual({ ...smallMlp, classes: 6 });
  });
});
