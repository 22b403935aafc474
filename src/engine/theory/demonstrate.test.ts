import { beforeAll, describe, expect, it } from 'vitest';
import { mergedArchitecture } from '../architectures/fold-plan.ts';
import type { Architecture } from '../architectures/model.ts';
import { contextOf, randomModels } from '../merging/fs-merge/testing.ts';
import { superNetPlan } from '../supernet/supernet.ts';
import { smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { demonstrableLayers, demonstrate } from './demonstrate.ts';

beforeAll(() => useNodeBackend('cpu'));

const square = { ...smallMlp, widths: [8, 8] };
const cases: [string, Architecture, string][] = [
  ['MLP', square, 'layers.1'],
  ['ViT, query', smallVit, 'blocks.1.attention.query'],
  ['ViT, hidden', smallVit, 'blocks.0.mlp.in'],
];

describe('the mechanisms on real sources', () => {
  it.each(cases)('%s', async (_, architecture, layer) => {
    const models = randomModels([architecture, architecture, architecture]);
    const { tasks } = contextOf(models, { images: { train: 40, validation: 0 } });
    const shown = await demonstrate(models, tasks, layer, 1);
    expect(shown.layer).toBe(layer);
    const narrow = Math.min(...shown.size);
    expect(shown.reach.rank).toBe(narrow);
    expect(shown.reach.smallestError).toBe(0);
    if (shown.size[0] === shown.size[1]) expect(shown.reach.error).toBeLessThan(1e-4);
    expect(shown.singular.rank).toBe(Math.floor(narrow / 2));
    expect(shown.singular.smallestError).toBeGreaterThan(0.05);
    expect(shown.singular.error).toBeGreaterThan(shown.singular.smallestError);
    for (const { weight, bias } of [shown.gitReBasin, shown.regMean]) {
      expect(weight).toBeLessThan(1e-4);
      expect(bias).toBeLessThan(1e-5);
    }
  });

  it('name the layers that have a U before them', () => {
    const layers = demonstrableLayers(superNetPlan([square, square], mergedArchitecture([square, square])));
    expect(layers).toEqual(['layers.1']);
  });

  it.each([
    ['sources of unequal width', [smallVit, { ...smallVit, width: 12, heads: 3 }], 'blocks.0.mlp.in', /equal width/],
    ['a layer without a U', [square, square], 'layers.0', /no layer with a U/],
  ] as [string, Architecture[], string, RegExp][])('refuse %s', async (_, architectures, layer, message) => {
    const models = randomModels(architectures);
    await expect(demonstrate(models, contextOf(models).tasks, layer, 1)).rejects.toThrow(message);
  });
});
