import { describe, expect, it } from 'vitest';
import type { Palette } from '../charts/palette.ts';
import { defaultFsMerge } from '../recipe/draft.ts';
import { comparisons } from '../runs/compare.ts';
import type { Run } from '../runs/run.ts';
import { score, testRecipe, testRun } from '../runs/testing.ts';
import { html } from './html.ts';
import { reportHtml } from './report.ts';

const palette: Palette = {
  text: '#111',
  quiet: '#666',
  line: '#ddd',
  surface: '#fff',
  runs: ['#336', '#363'],
  source: (colour) => `#00${colour}`,
};
const evil = '<script>alert("1")</script>';

const finished = (id: string, changes: Partial<Run> = {}): Run =>
  testRun(id, {
    state: 'done',
    steps: 3,
    points: [2, 1, 0.5].map((loss, step) => ({ step, losses: [loss], rate: 1e-3 })),
    accuracy: [
      { step: 0, score: score(0.1, 0.2) },
      { step: 3, score: score(0.961, 0.7) },
    ],
    result: {
      method: 'fs-merge',
      score: score(0.961, 0.7),
      reconstruction: [0.1, 0.3],
      seconds: 17,
      learnable: 121_344,
      steps: 3,
      merged: null,
    },
    ...changes,
  });

function report(runs: Run[]): string {
  const [comparison] = comparisons({ recipe: testRecipe(), colours: [0, 1] }, runs, {});
  if (!comparison) throw new Error('no table');
  const sources = [
    { model: 'ViT · 4 blocks', images: '500 of mnist.npz' },
    { model: evil, images: '' },
  ];
  return reportHtml({ runs, comparison, sources, palette, made: new Date('2026-01-02T03:04:05Z') });
}

describe('reportHtml', () => {
  const text = report([finished('heron')]);

  it('tells what was merged, how well, at what cost, and how', () => {
    for (const told of [
      '2026-01-02 03:04 UTC',
      '<h1>digits + clothes: heron</h1>',
      'ViT · 4 blocks',
      '<strong>96.1\u00a0%</strong>',
      '<strong>20.0\u00a0%</strong>',
      '121,344 learned numbers, 17\u00a0s',
      '<dt>initialisation</dt><dd>first</dd>',
      '&#34;initialisation&#34;: &#34;first&#34;',
    ]) {
      expect(text).toContain(told);
    }
  });

  it('holds a chart of the loss, the accuracy and the learning rate', () => {
    expect(text.match(/<svg /g)).toHaveLength(3);
    expect(text.match(/<path d="M[^"]*L[^"]*" fill="none" stroke="#336"/g)).toHaveLength(3);
  });

  it('has no script and nothing from elsewhere, whatever names say', () => {
    const sources = testRecipe().sources.map((source) => ({ ...source, name: evil }));
    const named = finished('x', { name: evil, recipe: { ...testRecipe(), sources } });
    const all = report([named]);
    expect(all).toContain('&#60;script&#62;alert(&#34;1&#34;)');
    for (const found of [text, all]) {
      expect(found).not.toMatch(/<(script|link|img|iframe|object|embed|a)\b/i);
      expect(found).not.toMatch(/\b(src|href|on\w+)=|url\(|@import/i);
      expect(found).toContain("default-src 'none'");
    }
  });

  it('names what differs between several runs', () => {
    const other = testRecipe({ ...defaultFsMerge, initialisation: 'average' });
    const both = report([finished('heron'), finished('wren', { recipe: other })]);
    expect(both).toContain('<li>initialisation: first / average</li>');
    expect(both.match(/<svg /g)).toHaveLength(4);
    expect(text).not.toContain('What differs');
  });

  it('has no charts of a run that trained nothing', () => {
    const average = finished('avg', { points: [], recipe: testRecipe({ name: 'average' }) });
    const told = report([average]);
    expect(told).not.toContain('<svg');
    expect(told).toContain('nothing trained');
  });
});

it('a template escapes text and leaves markup', () => {
  expect(html`<p title="${'"'}">${'<b>'}${html`<b>${1}</b>`}${[html`a`, html`b`]}</p>`.text).toBe(
    '<p title="&#34;">&#60;b&#62;<b>1</b>ab</p>',
  );
});
