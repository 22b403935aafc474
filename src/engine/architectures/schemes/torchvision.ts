/** The names of torchvision's `VisionTransformer`: LayerNorm ε 1e-6, erf gelu, query, key and value packed. */
import type { Architecture, VisionTransformer } from '../model.ts';
import { plainVit } from '../model.ts';
import type { NamingRule, NamingScheme } from '../naming.ts';
import { assertHolds } from '../naming.ts';
import { has, viewOf } from './view.ts';
import type { BlockTable } from './vit.ts';
import { blockRules, both, inThreeAxes, layoutProblem, patchKernel, readVit, vitOnly } from './vit.ts';

const name = 'torchvision';
const blockPrefix = 'encoder.layers.encoder_layer_N';

export const torchvision: NamingScheme = {
  name,
  match(checkpoint) {
    const view = viewOf(checkpoint, 'conv_proj.weight');
    if (!view || !has(view, 'encoder.pos_embedding')) return null;
    const old = has(view, `${blockPrefix.replace('N', '0')}.mlp.linear_1.weight`);
    return readVit({
      scheme: name,
      view,
      layout: plainVit,
      head: 'classes',
      table: (vit) => table(vit, old ? oldMlp : newMlp),
      epsilon: 1e-6,
      activation: { value: 'gelu', origin: 'scheme' },
      rulesFor,
    });
  },
  holds,
  rulesFor,
};

function holds(architecture: Architecture): string | null {
  const output = architecture.kind === 'vit' ? architecture.output : 'classes';
  const problem = layoutProblem(name, architecture, { ...plainVit, output });
  if (problem !== null || architecture.activation === 'gelu') return problem;
  return `A torchvision model has erf gelu in its MLPs, this one ${architecture.activation}.`;
}

function rulesFor(architecture: Architecture): NamingRule[] {
  assertHolds(torchvision, architecture);
  return table(vitOnly(architecture), newMlp);
}

const newMlp: BlockTable = [
  ['mlp.0.*', 'mlp.in'],
  ['mlp.3.*', 'mlp.out'],
];

/** Before torchvision 0.13. */
const oldMlp: BlockTable = [
  ['mlp.linear_1.*', 'mlp.in'],
  ['mlp.linear_2.*', 'mlp.out'],
];

const block: BlockTable = [
  ['ln_1.*', 'norm1'],
  ['self_attention.in_proj_*', 'attention.query', 'attention.key', 'attention.value'],
  ['self_attention.out_proj.*', 'attention.out'],
  ['ln_2.*', 'norm2'],
];

function table(vit: VisionTransformer, mlp: BlockTable): NamingRule[] {
  return [
    { file: 'class_token', canonical: ['class_token'], shape: inThreeAxes },
    { file: 'conv_proj.weight', canonical: ['patches.weight'], shape: patchKernel(vit) },
    { file: 'conv_proj.bias', canonical: ['patches.bias'] },
    { file: 'encoder.pos_embedding', canonical: ['positions'], shape: inThreeAxes },
    ...blockRules(vit.blocks, blockPrefix, [...block, ...mlp]),
    ...both('encoder.ln.*', 'norm'),
    ...both('heads.head.*', 'head'),
  ];
}
