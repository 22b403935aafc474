import { describe, expect, it } from 'vitest';
import { foldPlan, mergedArchitecture } from '../../../engine/architectures/fold-plan.ts';
import type { Architecture } from '../../../engine/architectures/model.ts';
import { smallMlp, smallVit } from '../../../engine/testing/models.ts';
import { mlpInfo, vitInfo } from '../../recipe/testing.ts';
import type { Matrix } from './structure.ts';
import { isHead, layersOf, plannedMatrices } from './structure.ts';
import { vitLayers } from './testing.ts';

const told = ({ name, group, label, role }: Pick<Matrix, 'name' | 'group' | 'label' | 'role'>) => ({
  name,
  group,
  label,
  role,
});

function planOf(architecture: Architecture) {
  const both = [architecture, architecture];
  return foldPlan(both, mergedArchitecture(both)).matrices.map(told);
}

describe('M and U before a run', () => {
  it('are those of the fold plan, of ViTs and MLPs', () => {
    const vits = ['a', 'b'].map((file) => vitInfo(file, { depth: smallVit.blocks }));
    const mlps = ['a', 'b'].map((file) => mlpInfo(file, { depth: smallMlp.widths.length }));
    expect(plannedMatrices(vits, 'first').map(told)).toEqual(planOf(smallVit));
    expect(plannedMatrices(mlps, 'first').map(told)).toEqual(planOf(smallMlp));
  });

  it('go to the deepest source, to which the others are padded', () => {
    const matrices = plannedMatrices([vitInfo('a', { depth: 2 }), vitInfo('b', { depth: 5 })], 'first');
    expect(matrices.at(-2)?.group).toBe('block 5 · MLP');
  });

  it.each([
    ['first', [1, 0, 0], [1 / 3, 1 / 3, 1 / 3]],
    ['average', [1 / 3, 1 / 3, 1 / 3], [1 / 3, 1 / 3, 1 / 3]],
    ['random', null, null],
    ['warm', null, null],
  ] as const)('start from %s with M %j and U %j', (start, merge, unmerge) => {
    const [m, u] = plannedMatrices(
      ['a', 'b', 'c'].map((file) => mlpInfo(file)),
      start,
    );
    expect([m?.shares, u?.shares]).toEqual([merge, unmerge]);
  });
});

describe('layers', () => {
  it('of a ViT begin with a U and end with their M’s, from the patches to the heads', () => {
    const layers = vitLayers(2);
    expect(layers.map(({ label }) => label)).toEqual([
      'P',
      ...['q k v', 'o', 'W₁', 'W₂', 'q k v', 'o', 'W₁', 'W₂'],
      'head',
    ]);
    expect(layers.map(({ place }) => place)).toEqual([
      'patches',
      ...Array.from({ length: 4 }, () => 'block 1'),
      ...Array.from({ length: 4 }, () => 'block 2'),
      'heads',
    ]);
    expect(layers[0]?.unmerge).toBeNull();
    expect(layers[1]?.unmerge?.name).toBe('blocks.0.attention.U_att');
    expect(layers[1]?.merges.map(({ name }) => name.split('.').at(-1))).toEqual(['M_q', 'M_k', 'M_v']);
    expect(layers.filter(isHead).map(({ unmerge }) => unmerge?.name)).toEqual(['output.U_out']);
  });

  it('of an MLP have the U of the layer before', () => {
    const layers = layersOf(plannedMatrices([mlpInfo('a'), mlpInfo('b')], 'first'));
    expect(layers.map(({ place, unmerge }) => [place, unmerge?.name ?? null])).toEqual([
      ['layer 1', null],
      ['layer 2', 'layers.0.U'],
      ['heads', 'layers.1.U'],
    ]);
  });
});
