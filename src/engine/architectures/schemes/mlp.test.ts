import { describe, expect, it } from 'vitest';
import type { Weight } from '../../tensors/host-tensor.ts';
import { smallMlp } from '../../testing/models.ts';
import { loadModel, recogniseSource } from '../source.ts';
import { filled, saved } from './testing.ts';

describe('MLPs whose layers have names', () => {
  const layer = (name: string, into: number, out: number): [string, Weight][] => [
    [`${name}.weight`, filled(1, out, into)],
    [`${name}.bias`, filled(1, out)],
  ];

  it.each([
    ['numbers', ['fc10', 'fc2', 'fc1'], ['fc1', 'fc2', 'fc10']],
    ['places', ['output', 'hidden', 'input'], ['input', 'hidden', 'output']],
    ['a head among letters', ['head', 'layers.0', 'layers.1'], ['layers.0', 'layers.1', 'head']],
  ])('equal shapes are ordered by %s', async (_, names, ordered) => {
    const { match } = recogniseSource(await saved(names.flatMap((name) => layer(name, 4, 4))));
    expect(match.rules.map((rule) => ('file' in rule ? rule.file : ''))).toEqual(
      ordered.flatMap((name) => [`${name}.weight`, `${name}.bias`]),
    );
  });

  it('shapes lead where names do not', async () => {
    const file = [...layer('alpha', 6, 3), ...layer('beta', 10, 8), ...layer('gamma', 8, 6)];
    const { match } = recogniseSource(await saved(file));
    expect(match.architecture).toMatchObject({ inputs: 10, widths: [8, 6], classes: 3 });
  });

  it.each([
    [
      ['fc1', 'fc2', 'fc3'],
      ['fc1', 'fc2', 'fc3', 'fc4', 'fc5'],
    ],
    [
      ['hidden.0', 'hidden.2', 'out'],
      ['hidden.0', 'hidden.2', 'hidden.4', 'hidden.6', 'out'],
    ],
    [
      ['first', 'second', 'last'],
      ['fc1', 'fc2', 'fc3', 'fc4', 'fc5'],
    ],
  ])('a deeper network than %j goes on as they do', async (names, deeper) => {
    const { match } = recogniseSource(await saved(names.flatMap((name) => layer(name, 4, 4))));
    const rules = match.rulesFor({ ...smallMlp, widths: [4, 4, 4, 4] });
    expect(
      rules.filter((rule) => 'file' in rule && rule.file.endsWith('weight')).map((rule) => 'file' in rule && rule.file),
    ).toEqual(deeper.map((name) => `${name}.weight`));
  });

  it('a layer without a bias has zeros, and that is said', async () => {
    const file = new Map([...layer('fc1', 4, 5), ...layer('fc2', 5, 3)]);
    file.delete('fc2.bias');
    const source = recogniseSource(await saved(file));
    expect(source.match.assumed).toEqual([expect.stringMatching(/"fc2" has no bias/)]);
    expect([...(await loadModel(source)).weights.get('head.bias')!.values]).toEqual([0, 0, 0]);
  });
});
