/** What the naming schemes of perceptrons have in common: linear layers in a row. */
import { StudioError } from '../../errors.ts';
import type { Activation } from '../../recipe.ts';
import type { Checkpoint } from '../../tensors/host-tensor.ts';
import type { Fact } from '../facts.ts';
import { unknownPreparation } from '../facts.ts';
import type { Architecture } from '../model.ts';
import type { FileRule, NamingRule, SchemeMatch, TensorRule } from '../naming.ts';
import { assertHolds } from '../naming.ts';
import { prefixed } from './view.ts';

/** How a scheme names and lays out a layer's tensors. */
export interface LayerStyle {
  weight(layer: string): string;
  bias(layer: string): string;
  /** Whether a weight is `[in, out]`. */
  kernel: boolean;
}

/** Names of modules in PyTorch: `fc1.weight` `[out, in]`. */
export const moduleStyle: LayerStyle = {
  weight: (layer) => `${layer}.weight`,
  bias: (layer) => `${layer}.bias`,
  kernel: false,
};

export interface LinearLayer {
  name: string;
  into: number;
  out: number;
}

export interface MlpForm {
  scheme: string;
  checkpoint: Checkpoint;
  prefix: string;
  style: LayerStyle;
  /** In order, the head last. */
  layers: readonly LinearLayer[];
  /** Names of a network with so many layers, where the file's own names do not say how they go on. */
  usualNames(count: number): string[];
  ignored?: string[];
  /** Where the file says it. */
  activation?: Fact<Activation>;
  normalisation?: { mean: number; std: number };
  assumed?: string[];
}

const usualActivation: Fact<Activation> = { value: 'relu', origin: 'guess' };

export function readMlp(form: MlpForm): SchemeMatch {
  const { scheme, checkpoint, prefix, style, layers, usualNames, activation = usualActivation } = form;
  const [first] = layers;
  if (!first || layers.length < 2) {
    throw new StudioError({
      kind: 'checkpoint',
      message: `${checkpoint.file} has one linear layer only; an MLP needs a hidden layer and a head.`,
      advice: 'Drop a model with at least one hidden layer.',
    });
  }
  const names = layers.map(({ name }) => name);
  const outputs = layers.map(({ out }) => out);
  const biased = (name: string) => checkpoint.tensors.has(prefix + style.bias(name));
  const rules: FileRule[] = mlpRules(names, style).map((rule) =>
    names.some((name) => rule.file === style.bias(name) && !biased(name)) ? { ...rule, optional: true } : rule,
  );
  return {
    scheme,
    prefix,
    architecture: {
      kind: 'mlp',
      inputs: first.into,
      widths: outputs.slice(0, -1),
      activation: activation.value,
      classes: outputs.at(-1) ?? 0,
    },
    facts: {
      heads: null,
      epsilon: null,
      activation,
      ...unknownPreparation(1),
      ...(form.normalisation && {
        mean: { value: [form.normalisation.mean], origin: 'file' },
        std: { value: [form.normalisation.std], origin: 'file' },
      }),
    },
    rules: prefixed(rules, prefix),
    rulesFor(architecture) {
      assertHolds({ name: scheme, holds: mlpHolds(scheme) }, architecture);
      const count = layerCount(architecture);
      return mlpRules(continued(names, count) ?? usualNames(count), style);
    },
    ignored: form.ignored ?? [],
    assumed: [
      ...(form.assumed ?? []),
      ...names.filter((name) => !biased(name)).map((name) => `Layer "${name}" has no bias; zeros stand for it.`),
    ],
  };
}

export const mlpHolds =
  (scheme: string) =>
  (architecture: Architecture): string | null =>
    architecture.kind === 'mlp' ? null : `${scheme} names are for MLPs.`;

export const layerCount = (architecture: Architecture): number =>
  architecture.kind === 'mlp' ? architecture.widths.length + 1 : 0;

/** The table of layers of these names, the last one the head. */
export function mlpRules(names: readonly string[], style: LayerStyle): (NamingRule & TensorRule)[] {
  return names.flatMap((name, index) => {
    const layer = index === names.length - 1 ? 'head' : `layers.${index}`;
    const weight: TensorRule = { file: style.weight(name), canonical: [`${layer}.weight`] };
    return [
      style.kernel ? { ...weight, axes: [1, 0] } : weight,
      { file: style.bias(name), canonical: [`${layer}.bias`] },
    ];
  });
}

/** The file's own names; for another depth their numbers go on as the first two begin, and a head without one stays. */
function continued(names: readonly string[], count: number): string[] | null {
  if (count === names.length) return [...names];
  const numbered = numbersOf(names);
  if (numbered) return Array.from({ length: count }, (_, index) => numbered(index));
  const hidden = numbersOf(names.slice(0, -1));
  if (!hidden) return null;
  return [...Array.from({ length: count - 1 }, (_, index) => hidden(index)), names.at(-1) ?? ''];
}

/** How `fc1, fc2` goes on, or `0, 2`; null for names that differ in more than a number at the end. */
function numbersOf(names: readonly string[]): ((index: number) => string) | null {
  const parts = names.map((name) => /^(.*?)(\d+)$/.exec(name));
  const [stem] = parts.map((part) => part?.[1]);
  if (stem === undefined || !parts.every((part) => part?.[1] === stem)) return null;
  const [first = 0, second = first + 1] = parts.map((part) => Number(part?.[2]));
  return (index) => `${stem}${first + index * (second - first)}`;
}

// ---- which layer comes after which ----

const naturally = new Intl.Collator('en', { numeric: true });
const firstNames = /^(input|inp|in|first|stem|fc_in)(_|\b|\d)/;
const lastNames = /^(head|classifier|output|out|logits|final|last|fc_out)(_|\b|\d)/;

/** Layers whose names speak of the input or the output come first or last, the others in the order of names and numbers. */
function byName(a: LinearLayer, b: LinearLayer): number {
  return place(a.name) - place(b.name) || naturally.compare(a.name, b.name);
}

function place(name: string): number {
  const own = name.split(/[./]/).at(-1) ?? name;
  if (firstNames.test(own)) return -1;
  return lastNames.test(own) ? 1 : 0;
}

/**
 * The layers so that each takes what the one before gives: by name if that fits, else as they lie in the file, else as their
 * shapes lead. Throws `StudioError` when they are no chain.
 */
export function inOrder(checkpoint: Checkpoint, layers: readonly LinearLayer[]): readonly LinearLayer[] {
  const sorted = layers.toSorted(byName);
  const chain = [sorted, layers, followed(sorted)].find(isChain);
  if (chain) return chain;
  const list = sorted.slice(0, 6).map(({ name, into, out }) => `"${name}" from ${into} to ${out}`);
  throw new StudioError({
    kind: 'checkpoint',
    message: `The linear layers of ${checkpoint.file} do not follow one another: ${list.join(', ')}${sorted.length > 6 ? ', …' : ''}.`,
    advice: 'The studio merges MLPs whose layers each take what the one before gives.',
    ...(sorted[0] && { subject: sorted[0].name }),
  });
}

const isChain = (layers: readonly LinearLayer[]): boolean =>
  layers.every(({ into }, index) => index === 0 || layers[index - 1]?.out === into);

/** From the layer that takes what no other gives, always on to the next of the right size. */
function followed(sorted: readonly LinearLayer[]): LinearLayer[] {
  const left = [...sorted];
  const chain: LinearLayer[] = [];
  let next = left.findIndex(({ into }) => !left.some(({ out }) => out === into));
  while (next >= 0) {
    const [layer] = left.splice(next, 1);
    if (!layer) break;
    chain.push(layer);
    next = left.findIndex(({ into }) => into === layer.out);
  }
  return [...chain, ...left];
}
