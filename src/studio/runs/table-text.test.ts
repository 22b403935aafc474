import { describe, expect, it } from 'vitest';
import type { CompareRow } from './compare.ts';
import { tableText } from './table-text.ts';
import { score, testRecipe } from './testing.ts';

const row = (changes: Partial<CompareRow>): CompareRow => ({
  key: 'a',
  name: 'Average',
  kind: 'average',
  source: null,
  score: score(0.5, 0.25),
  live: false,
  reconstruction: [0.5, 0.25],
  learnable: null,
  seconds: 0.0123456789,
  ...changes,
});
const comparison = { key: '', recipe: testRecipe(), tasks: ['digits', 'R&D_50%'], colours: [0, 1], rows: [] };
const rows = [
  row({ kind: 'source', name: '=cmd|"x"', score: score(0.99, 0.1), seconds: null, reconstruction: [] }),
  row({}),
  row({ kind: 'fs-merge', name: 'a\\b~{1}', score: score(0.961, 2 / 3), learnable: 121_344, seconds: 17 }),
];

describe('the comparison as CSV', () => {
  const lines = tableText(comparison, rows, 'csv').split('\r\n');

  it('has the units in the heading and plain numbers below', () => {
    expect(lines[0]).toBe('model,digits (%),R&D_50% (%),joint (%),reconstruction error (%),learned numbers,time (s)');
    expect(lines[2]).toBe('Average,50,25,37.5,37.5,,0.01234568');
    expect(lines[3]).toBe('FS-Merge · a\\b~{1},96.1,66.66667,81.38333,37.5,121344,17');
  });

  it('quotes names, and keeps them from being formulas', () => {
    expect(lines[1]).toBe('"\'=cmd|""x"" (source)",99,10,54.5,,,');
    const named = { ...comparison, tasks: ['@SUM(A1)', '+1'] };
    expect(tableText(named, rows, 'csv')).toMatch(/^model,"'@SUM\(A1\) \(%\)","'\+1 \(%\)",/);
  });
});

it('as Markdown it escapes names and marks the best merged network', () => {
  expect(tableText(comparison, rows, 'markdown').split('\n')).toEqual([
    '| model | digits (%) | R\\&D\\_50% (%) | joint (%) | reconstruction error (%) | learned numbers | time (s) |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    '| =cmd\\|"x" (source) | 99.0 | 10.0 | 54.5 | – | – | – |',
    '| Average | 50.0 | 25.0 | 37.5 | **37.5** | – | 0.01 |',
    '| FS-Merge · a\\\\b\\~{1} | **96.1** | **66.7** | **81.4** | **37.5** | 121344 | 17.00 |',
  ]);
});

it('as LaTeX a row begins with its name, whatever that is', () => {
  const text = tableText(
    comparison,
    [row({ kind: 'source', name: '[1em]' }), row({ kind: 'source', name: '*<>' })],
    'latex',
  );
  expect(text).toContain('{[}1em] (source) &');
  expect(text).toContain('{*}\\textless{}\\textgreater{} (source) &');
});

it('as LaTeX it escapes every special character', () => {
  expect(tableText(comparison, rows, 'latex').split('\n')).toEqual([
    '% \\usepackage{booktabs}',
    '\\begin{tabular}{lrrrrrr}',
    '\\toprule',
    'model & digits (\\%) & R\\&D\\_50\\% (\\%) & joint (\\%) & reconstruction error (\\%) & learned numbers & time (s) \\\\',
    '\\midrule',
    '=cmd\\textbar{}"x" (source) & 99.0 & 10.0 & 54.5 & -- & -- & -- \\\\',
    'Average & 50.0 & 25.0 & 37.5 & \\textbf{37.5} & -- & 0.01 \\\\',
    'FS-Merge \\textperiodcentered{} a\\textbackslash{}b\\textasciitilde{}\\{1\\} & \\textbf{96.1} & \\textbf{66.7} & \\textbf{81.4} & \\textbf{37.5} & 121344 & 17.00 \\\\',
    '\\bottomrule',
    '\\end{tabular}',
  ]);
});
