import { describe, expect, it } from 'vitest';
import { mlpInfo } from '../../recipe/testing.ts';
import { grouped } from './groups.ts';
import { hitsOf } from './hits-of.ts';
import { layOut, lengthOf } from './layout.ts';
import { layersOf, plannedMatrices } from './structure.ts';
import { vitLayers } from './testing.ts';

const tasks = ['digits', 'clothes'].map((name, colour) => ({ id: name, name, colour }));
const room = { length: 900, thickness: 160, vertical: false };

/** Words of a table, with plain spaces. */
const readable = (text: string) => text.replaceAll('\u00a0', ' ');

describe('what can be pressed', () => {
  it('is every bar, told with its shares and what it does, in the order of the network', () => {
    const hits = hitsOf(layOut(vitLayers(1), 2, room), tasks);
    expect(hits.map(({ opens }) => opens)).toEqual(
      vitLayers(1).flatMap(({ unmerge, merges }) => [...(unmerge ? [unmerge] : []), ...merges].map(({ name }) => name)),
    );
    expect(readable(hits[2]?.words ?? '')).toBe(
      'block 1 · attention · M query: digits 100.0 %, clothes 0.0 %. It merges the outputs of all sources into one.',
    );
    expect(hits.at(-1)?.words).toContain('It guesses the last features of all sources, for their heads.');
  });

  it('is a group of blocks as a whole, told with its means; it opens from its first block on', () => {
    const layers = grouped(vitLayers(12), 400, lengthOf(false));
    const group = hitsOf(layOut(layers, 2, room), tasks).find(({ opens }) => typeof opens === 'number');
    expect(group?.opens).toBe(2);
    expect(readable(group?.label ?? '')).toBe(
      'blocks 2–12, on average: U digits 50.0 %, clothes 50.0 %; M digits 100.0 %, clothes 0.0 %. Show every block',
    );
    expect(group?.box.thickness).toBe(room.thickness);
  });

  it('says so where there are no shares yet', () => {
    const matrices = plannedMatrices([mlpInfo('a'), mlpInfo('b')], 'random');
    const [first] = hitsOf(layOut(layersOf(matrices), 2, room), tasks);
    expect(first?.label).toBe('layer 1 · M: no shares before the run');
  });
});
