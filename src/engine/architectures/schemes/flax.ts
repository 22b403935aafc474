/**
 * The names of Google's vision transformers in Flax: kernels `[in, out]`, patches `[height, width, in, out]`, attention with an
 * axis of heads. big_vision numbers its layers anew, and may stack all blocks on a leading axis.
 */
import type { Architecture, VisionTransformer } from '../model.ts';
import { plainVit } from '../model.ts';
import type { NamingRule, NamingScheme, TensorRule } from '../naming.ts';
import { assertHolds } from '../naming.ts';
import type { View } from './view.ts';
import { expectShape, has, viewOf } from './view.ts';
import { inThreeAxes, layoutProblem, readVit, vitOnly } from './vit.ts';

const name = 'Flax';

/** Where the two families differ: the numbers of a block's layers, and the name of the positions. */
interface Family {
  attention: string;
  norm2: string;
  mlp: string;
  positions: string;
  /** Whether all blocks lie in one tensor each. */
  stacked: boolean;
}

const google: Family = {
  attention: 'MultiHeadDotProductAttention_1',
  norm2: 'LayerNorm_2',
  mlp: 'MlpBlock_3',
  positions: 'Transformer/posembed_input/pos_embedding',
  stacked: false,
};

const bigVision: Omit<Family, 'stacked'> = {
  attention: 'MultiHeadDotProductAttention_0',
  norm2: 'LayerNorm_1',
  mlp: 'MlpBlock_0',
  positions: 'pos_embedding',
};

const stackedBlocks = 'Transformer/encoderblock/';
const firstNorm = 'LayerNorm_0/scale';

const doubt =
  'Flax computes gelu by tanh unless told otherwise, and loaders of these files take erf; the difference is below 0.001. Erf gelu is assumed.';

export const flax: NamingScheme = {
  name,
  match(checkpoint) {
    const view = viewOf(checkpoint, 'embedding/kernel');
    if (!view || !has(view, 'Transformer/encoder_norm/scale') || !has(view, 'cls')) return null;
    const stacked = has(view, stackedBlocks + firstNorm);
    const family = has(view, google.positions) ? { ...google, stacked } : { ...bigVision, stacked };
    const [, heads = 0] = queryShape(view, family);
    return readVit({
      scheme: name,
      view,
      layout: plainVit,
      head: 'classes',
      table: (vit) => table({ ...vit, heads }, family),
      ...(stacked && { blocks: expectShape(view, name, stackedBlocks + firstNorm, 2)[0] ?? 0 }),
      // big_vision adds the positions before it puts the class token in front.
      placed: [1, 0],
      epsilon: 1e-6,
      activation: { value: 'gelu', origin: 'scheme', doubt },
      heads: { value: heads, origin: 'file' },
      rulesFor,
    });
  },
  holds,
  rulesFor,
};

function holds(architecture: Architecture): string | null {
  const output = architecture.kind === 'vit' ? architecture.output : 'classes';
  const problem = layoutProblem(name, architecture, { ...plainVit, output });
  if (problem !== null || architecture.activation.startsWith('gelu')) return problem;
  return `A ${name} model has gelu in its MLPs, this one ${architecture.activation}.`;
}

function rulesFor(architecture: Architecture): NamingRule[] {
  assertHolds(flax, architecture);
  return table(vitOnly(architecture), google);
}

function queryShape(view: View, { attention, stacked }: Family): readonly number[] {
  const block = stacked ? stackedBlocks : 'Transformer/encoderblock_0/';
  const shape = expectShape(view, name, `${block}${attention}/query/kernel`, stacked ? 4 : 3);
  return shape.slice(-3);
}

function table(vit: VisionTransformer, family: Family): NamingRule[] {
  const { channels, patch } = vit;
  const kernel = ([width = 0]: readonly number[]) => [patch, patch, channels, width];
  const all = Array.from({ length: vit.blocks }, (_, index) => index);
  return [
    { file: 'cls', canonical: ['class_token'], shape: inThreeAxes },
    { file: 'embedding/kernel', canonical: ['patches.weight'], shape: kernel, axes: [3, 2, 0, 1] },
    { file: 'embedding/bias', canonical: ['patches.bias'] },
    { file: family.positions, canonical: ['positions'], shape: inThreeAxes },
    ...(family.stacked
      ? blockTable(vit, family, stackedBlocks, all)
      : all.flatMap((block) => blockTable(vit, family, `Transformer/encoderblock_${block}/`, [block]))),
    { file: 'Transformer/encoder_norm/scale', canonical: ['norm.weight'] },
    { file: 'Transformer/encoder_norm/bias', canonical: ['norm.bias'] },
    { file: 'head/kernel', canonical: ['head.weight'], axes: [1, 0] },
    { file: 'head/bias', canonical: ['head.bias'] },
  ];
}

/** The tensors of one block, or those that hold several blocks on a leading axis. */
function blockTable(vit: VisionTransformer, family: Family, prefix: string, blocks: readonly number[]): TensorRule[] {
  const { width, heads, hidden } = vit;
  const headWidth = width / heads;
  const { stacked, attention, norm2, mlp } = family;
  const rule = (file: string, parameter: string, shape: number[], axes = shape.map((_, axis) => axis)): TensorRule => ({
    file: prefix + file,
    canonical: blocks.map((block) => `blocks.${block}.${parameter}`),
    shape: () => (stacked ? [blocks.length, ...shape] : shape),
    axes: stacked ? [0, ...axes.map((axis) => axis + 1)] : axes,
  });
  const norm = (file: string, layer: string) => [
    rule(`${file}/scale`, `${layer}.weight`, [width]),
    rule(`${file}/bias`, `${layer}.bias`, [width]),
  ];
  return [
    ...norm('LayerNorm_0', 'norm1'),
    ...['query', 'key', 'value'].flatMap((part) => [
      rule(`${attention}/${part}/kernel`, `attention.${part}.weight`, [width, heads, headWidth], [1, 2, 0]),
      rule(`${attention}/${part}/bias`, `attention.${part}.bias`, [heads, headWidth]),
    ]),
    rule(`${attention}/out/kernel`, 'attention.out.weight', [heads, headWidth, width], [2, 0, 1]),
    rule(`${attention}/out/bias`, 'attention.out.bias', [width]),
    ...norm(norm2, 'norm2'),
    rule(`${mlp}/Dense_0/kernel`, 'mlp.in.weight', [width, hidden], [1, 0]),
    rule(`${mlp}/Dense_0/bias`, 'mlp.in.bias', [hidden]),
    rule(`${mlp}/Dense_1/kernel`, 'mlp.out.weight', [hidden, width], [1, 0]),
    rule(`${mlp}/Dense_1/bias`, 'mlp.out.bias', [width]),
  ];
}
