import { describe, expect, it } from 'vitest';
import { testRun } from '../runs/testing.ts';
import { lossLines, lossPlot } from './loss-lines.ts';

const points = (...losses: number[][]) => losses.map((values, step) => ({ step, losses: values, rate: 1 }));
const look = { colourOf: (run: { id: string }) => run.id, sourceColour: String, selected: 'b', columns: 800 };

describe('lossLines', () => {
  it('has one line for a run, one for each layer of a local run, none for a run without steps', () => {
    const runs = [
      testRun('a', { points: points([3], [2]) }),
      testRun('b', { points: points([3, 4], [2, 1]) }),
      testRun('c'),
    ];
    const lines = lossLines(runs);
    expect(lines.map(({ name }) => name)).toEqual(['a', 'b · layer 1', 'b · layer 2']);
    expect(lines[2]).toMatchObject({ raw: [4, 1], steps: [0, 1], layer: 1 });
  });
});

describe('lossPlot', () => {
  const a = testRun('a', {
    points: points([3], [2]),
    steps: 40,
    validation: [{ step: 1, losses: [8, 1], perTask: [10, 7] }],
  });
  const b = testRun('b', { points: points([5], [4]), steps: 20 });

  it('draws raw, smoothed and validation loss, the chosen run thicker, on axes with room for all', () => {
    const plot = lossPlot([a, b], false, look);
    expect(plot.lines.map(({ name, y }) => [name, y[0]])).toEqual([
      ['a', 3],
      ['a', 3],
      ['b', 5],
      ['b', 5],
      ['a · validation', 9],
    ]);
    expect(plot.lines[0]).toMatchObject({ colour: 'a', width: 1, readable: false });
    expect(plot.lines[3]?.width).toBeGreaterThan(plot.lines[1]?.width ?? Number.POSITIVE_INFINITY);
    expect(plot.x.range).toEqual([0, 40]);
    expect(plot.y.range[1]).toBeGreaterThan(9);
  });

  it('draws the validation loss of each task of the chosen run in the colour of its source', () => {
    const plot = lossPlot([a], true, { ...look, selected: 'a' });
    expect(plot.lines.slice(3).map(({ name, colour, y }) => [name, colour, y])).toEqual([
      ['validation of digits', '0', [10]],
      ['validation of clothes', '1', [7]],
    ]);
  });

  it('leaves hidden runs out, and has no more points than pixels can show', () => {
    const long = testRun('long', { points: points(...Array.from({ length: 5000 }, (_, step) => [1 + (step % 7)])) });
    const plot = lossPlot([{ ...a, visible: false }, long], true, { ...look, columns: 100 });
    expect(plot.lines).toHaveLength(2);
    for (const { x } of plot.lines) expect(x.length).toBeLessThanOrEqual(200);
  });
});
