import { describe, expect, it } from 'vitest';
import { testRun } from '../runs/testing.ts';
import { lossLines, lossTraces } from './loss-traces.ts';

const points = (...losses: number[][]) => losses.map((values, step) => ({ step, losses: values, rate: 1 }));

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

describe('lossTraces', () => {
  it('draws the raw and the smoothed loss, the chosen run thicker', () => {
    const lines = lossLines([testRun('a', { points: points([3], [2]) }), testRun('b', { points: points([5], [4]) })]);
    const traces = lossTraces(lines, (run) => run.id, 'b');
    expect(traces).toHaveLength(4);
    expect(traces[0]).toMatchObject({ y: [3, 2], line: { color: 'a', width: 1 } });
    const widths = [traces[1], traces[3]].map((trace) => (trace as { line: { width: number } }).line.width);
    expect(widths[1]).toBeGreaterThan(widths[0] ?? Number.POSITIVE_INFINITY);
  });
});
