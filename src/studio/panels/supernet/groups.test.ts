import { describe, expect, it } from 'vitest';
import { grouped } from './groups.ts';
import { lengthOf } from './layout.ts';
import { layersOf } from './structure.ts';
import { vitLayers, vitMatrices } from './testing.ts';

const length = lengthOf(false);
const placesOf = (layers: readonly { place: string }[]) => [...new Set(layers.map(({ place }) => place))];

describe('grouped blocks', () => {
  it('are none where all fit', () => {
    const layers = vitLayers(4);
    expect(grouped(layers, length(layers), length)).toBe(layers);
  });

  it('are those in the middle, and as few as make the rest fit', () => {
    const layers = vitLayers(24);
    const room = length(vitLayers(4));
    const shorter = grouped(layers, room, length);
    expect(placesOf(shorter)).toEqual(['patches', 'block 1', 'block 2', 'blocks 3–23', 'block 24', 'heads']);
    expect(length(shorter)).toBeLessThanOrEqual(room);
    expect(shorter.find(({ stands }) => stands)?.stands).toEqual({ from: 3, to: 23 });
  });

  it('are all where not even two fit', () => {
    expect(placesOf(grouped(vitLayers(3), 10, length))).toEqual(['patches', 'blocks 1–3', 'heads']);
  });

  it('show the means of their M’s and of their U’s', () => {
    const matrices = vitMatrices(3).map((matrix) => {
      const block = Number(matrix.group.match(/\d/)?.[0] ?? 0);
      return { ...matrix, shares: matrix.role === 'M' ? [block / 4, 1 - block / 4] : [1, 0] };
    });
    const group = grouped(layersOf(matrices), 10, length)[1];
    expect(group?.merges[0]?.shares?.[0]).toBeCloseTo(0.5, 12);
    expect(group?.unmerge?.shares).toEqual([1, 0]);
  });
});
