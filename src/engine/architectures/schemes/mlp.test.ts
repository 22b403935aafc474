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

describe('what Keras says of a model', () => {
  const dense = (name: string, activation: unknown) => ({ class_name: 'Dense', config: { name, activation } });
  const other = (class_name: string, config = {}) => ({
    class_name,
    config: { name: class_name.toLowerCase(), ...config },
  });
  const kernel = (name: string): [string, Weight] => [`${name}/kernel`, filled(1, 4, 4)];
  const opened = async (layers: unknown[], names = ['a', 'b', 'c']) => ({
    ...(await saved(names.map(kernel))),
    metadata: { keras_config: JSON.stringify({ class_name: 'Sequential', config: { layers } }) },
  });

  it('order and activation', async () => {
    const gelu = { class_name: 'function', config: 'gelu' };
    const layers = [other('InputLayer'), other('Flatten'), dense('c', gelu), dense('a', 'linear')];
    const rest = [other('Activation', { activation: 'gelu' }), other('Dropout'), dense('b', 'softmax')];
    const { match } = recogniseSource(await opened([...layers, ...rest]));
    expect(match.rules.flatMap((rule) => ('file' in rule && rule.file.endsWith('kernel') ? [rule.file] : []))).toEqual([
      'c/kernel',
      'a/kernel',
      'b/kernel',
    ]);
    expect(match.architecture.activation).toBe('gelu');
    expect(match.facts.activation).toEqual({ value: 'gelu', origin: 'file' });
    expect(match.assumed).toContain('The softmax after the last layer is left out: the model gives logits.');
  });

  it('a Rescaling is part of how images are prepared', async () => {
    const layers = [dense('a', 'relu'), dense('b', 'relu'), dense('c', 'linear')];
    for (const [scale, offset, mean, std] of [
      [1 / 255, 0, 0, 1],
      [2 / 255, -1, 0.5, 0.5],
    ] as const) {
      const { facts } = recogniseSource(await opened([other('Rescaling', { scale, offset }), ...layers])).match;
      expect(facts.mean.origin).toBe('file');
      expect([facts.mean.value[0], facts.std.value[0]].map((value) => value?.toFixed(9))).toEqual(
        [mean, std].map((value) => value.toFixed(9)),
      );
    }
    await expect(opened([...layers, other('Rescaling', { scale: 1 })]).then(recogniseSource)).rejects.toThrow(
      /"rescaling"/,
    );
  });

  it.each<[string, unknown[], RegExp]>([
    [
      'two activations',
      [dense('a', 'relu'), dense('b', 'tanh'), dense('c', 'linear')],
      /different activations: "a" relu, "b" tanh/,
    ],
    ['an unknown one', [dense('a', 'elu'), dense('b', 'elu'), dense('c', 'linear')], /activation "elu"/],
    [
      'a head that cuts off',
      [dense('a', 'relu'), dense('b', 'relu'), dense('c', 'relu')],
      /"c", has the activation relu/,
    ],
    ['a layer without weights', [other('Add'), dense('a', 'relu')], /"add" of test is a Add/],
  ])('%s is refused', async (_, layers, message) => {
    const checkpoint = await opened(layers);
    expect(() => recogniseSource(checkpoint)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });

  it.each([['{'], ['{"config": 3}'], ['null']])('%s is passed over', async (keras_config) => {
    const { match } = recogniseSource({ ...(await opened([])), metadata: { keras_config } });
    expect(match.facts.activation).toEqual({ value: 'relu', origin: 'guess' });
  });
});
