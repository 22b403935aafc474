/** What the naming schemes of vision transformers have in common: how tables are written, and how a file is measured. */
import { StudioError } from '../../errors.ts';
import type { Activation } from '../../recipe.ts';
import type { Fact } from '../facts.ts';
import { guessHeads, unknownPreparation } from '../facts.ts';
import type { Architecture, Output, VisionTransformer } from '../model.ts';
import { leadingTokens, sizeOf } from '../model.ts';
import type { FileRule, FileTensorRule, NamingRule, SchemeMatch, TensorRule } from '../naming.ts';
import type { View } from './view.ts';
import { expectShape, has, leftOver, prefixed } from './view.ts';

/** What makes vision transformers of one size different networks. */
export type Layout = Pick<VisionTransformer, 'classToken' | 'registers' | 'preNorm' | 'pooling' | 'output'>;

// ---- tables ----

/** `*` in the file's name stands for "weight" and "bias" of a layer. */
export const both = (file: string, ...layers: string[]): TensorRule[] =>
  ['weight', 'bias'].map((part) => ({
    file: file.replace('*', part),
    canonical: layers.map((layer) => `${layer}.${part}`),
  }));

/** The file's name of a layer in a block, and the layers it holds. */
export type BlockTable = readonly (readonly [file: string, ...layers: string[]])[];

/** `prefix` with `N` for the number of the block: "encoder.layer.N". */
export function blockRules(blocks: number, prefix: string, table: BlockTable): TensorRule[] {
  return Array.from({ length: blocks }, (_, index) => index).flatMap((index) =>
    table.flatMap(([file, ...layers]) =>
      both(`${prefix.replace('N', String(index))}.${file}`, ...layers.map((layer) => `blocks.${index}.${layer}`)),
    ),
  );
}

/** `[width]` or `[tokens, width]` behind axes of length 1, up to three axes. */
export const inThreeAxes = (shape: readonly number[]): number[] =>
  shape.length === 1 ? [1, 1, ...shape] : [1, ...shape];

/** A convolution kernel `[width, channels, patch, patch]`. */
export const patchKernel =
  ({ channels, patch }: VisionTransformer) =>
  ([width = 0]: readonly number[]): number[] => [width, channels, patch, patch];

/** The patches of a CLIP have no bias: it goes into the positions, whose rows from the first patch on it is added to. */
export const withoutPatchBias = (vit: VisionTransformer): Pick<TensorRule, 'absorbs'> => ({
  absorbs: { name: 'patches.bias', from: leadingTokens(vit) },
});

export const identityHead: NamingRule[] = [
  { implied: 'identity', canonical: ['head.weight'] },
  { implied: 'zeros', canonical: ['head.bias'] },
];

// ---- what a scheme can hold ----

/** Why models of a scheme with a fixed layout cannot be of an architecture; null when they can. */
export function layoutProblem(scheme: string, architecture: Architecture, layout: Partial<Layout>): string | null {
  if (architecture.kind !== 'vit') return `${scheme} names are for vision transformers.`;
  const has = { ...architecture, ...layout };
  if (architecture.classToken !== has.classToken) return `A ${scheme} model has a class token.`;
  if (architecture.registers !== has.registers)
    return `A ${scheme} model has no tokens but the class token and the patches.`;
  if (architecture.preNorm !== has.preNorm) {
    return `A ${scheme} model has ${has.preNorm ? 'a' : 'no'} LayerNorm before its blocks.`;
  }
  if (architecture.pooling !== has.pooling) return `The head of a ${scheme} model reads the class token.`;
  if (architecture.output !== has.output) return `A ${scheme} model gives an embedding, not classes.`;
  return null;
}

export function vitOnly(architecture: Architecture): VisionTransformer {
  if (architecture.kind !== 'vit') throw new RangeError('a perceptron has no names of a vision transformer');
  return architecture;
}

// ---- measuring a file ----

export interface VitForm {
  scheme: string;
  view: View;
  layout: Omit<Layout, 'output'>;
  /** What a head of the scheme gives; a file without one gives its features. */
  head: Output;
  /** The names of a network, behind the view's prefix. */
  table(vit: VisionTransformer): FileRule[];
  /** Number of blocks where they are stacked in one tensor. */
  blocks?: number;
  /** How many leading tokens may have a row in the positions, most usual first; all of them unless given. */
  placed?: readonly number[];
  /** Where the file has LayerScale: the scales of what a block's attention and MLP give. */
  layerScale?: (block: number, part: 'attention' | 'mlp') => string;
  epsilon: number;
  activation: Fact<Activation>;
  heads?: Fact<number>;
  /** Names of tensors that do not change the function. */
  ignorable?: RegExp;
  rulesFor(architecture: Architecture): NamingRule[];
}

/** Measures the network behind a view and makes the table of the file. Throws `StudioError`. */
export function readVit(form: VitForm): SchemeMatch {
  const { scheme, view, epsilon, activation } = form;
  const measured = measureVit(form);
  const heads = form.heads ?? guessHeads(measured.vit.width);
  const architecture = { ...measured.vit, heads: heads.value };
  const rules = prefixed(asInFile(form, architecture, measured), view.prefix);
  return {
    scheme,
    prefix: view.prefix,
    architecture,
    facts: {
      heads,
      epsilon: { value: epsilon, origin: 'scheme' },
      activation,
      ...unknownPreparation(architecture.channels),
    },
    rules,
    rulesFor: form.rulesFor,
    ignored: leftOver(view, scheme, rules, form.ignorable ?? /^$/),
    assumed: [...(activation.doubt ? [activation.doubt] : []), ...(measured.bare ? [withoutHead(architecture)] : [])],
  };
}

const withoutHead = ({ width }: VisionTransformer): string =>
  `The file has no head, so the model gives its ${width} features as an embedding.`;

interface Measured {
  vit: VisionTransformer;
  /** Leading tokens that have a position. */
  placed: number;
  /** Whether the file has no head. */
  bare: boolean;
}

function measureVit(form: VitForm): Measured {
  const { view, scheme, epsilon, activation } = form;
  const sample: VisionTransformer = {
    ...form.layout,
    output: form.head,
    kind: 'vit',
    ...{ image: 1, channels: 1, patch: 1, width: 1, blocks: 1, heads: 1, hidden: 1, classes: 1 },
    epsilon,
    activation: activation.value,
  };
  const table = form.table(sample);
  const measure = (parameter: string, rank: number): readonly number[] => {
    const { name, axes } = ruleOf(table, parameter);
    const stacked = form.blocks !== undefined && parameter.startsWith('blocks.');
    const shape = expectShape(view, scheme, name, stacked ? rank + 1 : rank);
    const inOrder = axes ? axes.map((axis) => shape[axis] ?? 0) : shape;
    return inOrder.slice(-rank);
  };
  const [width = 0, channels = 0, patch = 0, patchWidth = 0] = measure('patches.weight', 4);
  if (patch !== patchWidth) throw notSquare(view, ruleOf(table, 'patches.weight').name);
  const [hidden = 0] = measure('blocks.0.mlp.in.weight', 2);
  const { side, placed } = measurePositions(form, ruleOf(table, 'positions'));
  const bare = !has(view, ruleOf(table, 'head.weight').name);
  const [classes = 0] = bare ? [width] : measure('head.weight', 2);
  const output = bare ? 'embedding' : form.head;
  const blocks = form.blocks ?? countBlocks(view, ruleOf(table, 'blocks.0.norm1.weight').name);
  const vit = { ...sample, output, image: side * patch, channels, patch, width, blocks, hidden, classes };
  return { vit, placed, bare };
}

/** The (first) tensor that holds a parameter. */
function ruleOf(
  table: readonly FileRule[],
  parameter: string,
): Pick<FileTensorRule, 'shape' | 'axes'> & { name: string } {
  for (const rule of table) {
    if ('implied' in rule || !rule.canonical.includes(parameter)) continue;
    return 'files' in rule ? { name: rule.files[0] ?? '' } : { ...rule, name: rule.file };
  }
  throw new RangeError(`no tensor of the table holds ${parameter}`);
}

/** `first` is the name of a tensor of block 0. */
function countBlocks(view: View, first: string): number {
  let blocks = 0;
  while (has(view, first.replace('0', String(blocks)))) blocks++;
  return blocks;
}

/** Patches along an edge, and how many of the leading tokens have a position. */
function measurePositions(
  { view, scheme, layout, placed: choices }: VitForm,
  { name, shape }: ReturnType<typeof ruleOf>,
): { side: number; placed: number } {
  const rows = sizeOf(expectShape(view, scheme, name, shape ? 3 : 2).slice(0, -1));
  const leading = (layout.classToken ? 1 : 0) + layout.registers;
  for (const placed of choices ?? [leading]) {
    const side = Math.sqrt(rows - placed);
    if (Number.isInteger(side) && side >= 1) return { side, placed };
  }
  throw new StudioError({
    kind: 'checkpoint',
    message: `"${view.prefix}${name}" in ${view.checkpoint.file} has ${rows} positions, which is not a square of patches and ${leading === 1 ? 'one token' : `${leading} tokens`} before them.`,
    advice: 'Models of oblong images are not understood.',
    subject: view.prefix + name,
  });
}

function notSquare({ checkpoint, prefix }: View, own: string): StudioError {
  const name = prefix + own;
  return new StudioError({
    kind: 'checkpoint',
    message: `"${name}" in ${checkpoint.file} has shape [${checkpoint.tensors.get(name)?.shape.join(', ')}], which is no kernel of square patches.`,
    advice: 'Models of oblong patches are not understood.',
    subject: name,
  });
}

/** The table of a network with what is special to this file. */
function asInFile({ table, layerScale }: VitForm, vit: VisionTransformer, { placed, bare }: Measured): FileRule[] {
  const absent = leadingTokens(vit) - placed;
  const rules = table(vit).map((rule): FileRule => {
    if (!('file' in rule)) return rule;
    const [first = ''] = rule.canonical;
    if (first === 'positions' && absent > 0) return { ...rule, gap: { at: placed, rows: absent } };
    const [, block, layer] = /^blocks\.(\d+)\.(attention|mlp)\.out\./.exec(first) ?? [];
    if (!layerScale || layer === undefined) return rule;
    return { ...rule, scale: layerScale(Number(block), layer as 'attention' | 'mlp') };
  });
  if (!bare) return rules;
  return [...rules.filter(({ canonical }) => !canonical[0]?.startsWith('head.')), ...identityHead];
}
