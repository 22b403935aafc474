/** The names of Hugging Face's `ViTModel` and `ViTForImageClassification`, which changed once. LayerNorm ε 1e-12, erf gelu unless config.json says otherwise. */
import type { Architecture, VisionTransformer } from '../model.ts';
import { plainVit } from '../model.ts';
import type { FileRule, NamingRule, NamingScheme } from '../naming.ts';
import { assertHolds } from '../naming.ts';
import { vitConfig } from './configs.ts';
import { has, viewOf } from './view.ts';
import type { BlockTable } from './vit.ts';
import { blockRules, both, inThreeAxes, layoutProblem, patchKernel, readVit, vitOnly } from './vit.ts';

interface Spelling {
  name: string;
  /** "encoder.layer.N". */
  prefix: string;
  block: BlockTable;
}

export const huggingFace = scheme({
  name: 'Hugging Face ViT',
  prefix: 'encoder.layer.N',
  block: [
    ['layernorm_before.*', 'norm1'],
    ['attention.attention.query.*', 'attention.query'],
    ['attention.attention.key.*', 'attention.key'],
    ['attention.attention.value.*', 'attention.value'],
    ['attention.output.dense.*', 'attention.out'],
    ['layernorm_after.*', 'norm2'],
    ['intermediate.dense.*', 'mlp.in'],
    ['output.dense.*', 'mlp.out'],
  ],
});

export const huggingFaceNewer = scheme({
  name: 'Hugging Face ViT, newer',
  prefix: 'layers.N',
  block: [
    ['layernorm_before.*', 'norm1'],
    ['attention.q_proj.*', 'attention.query'],
    ['attention.k_proj.*', 'attention.key'],
    ['attention.v_proj.*', 'attention.value'],
    ['attention.o_proj.*', 'attention.out'],
    ['layernorm_after.*', 'norm2'],
    ['mlp.fc1.*', 'mlp.in'],
    ['mlp.fc2.*', 'mlp.out'],
  ],
});

function scheme(spelling: Spelling): NamingScheme {
  const { name, prefix, block } = spelling;
  const holds = (architecture: Architecture) =>
    layoutProblem(name, architecture, { ...plainVit, output: outputOf(architecture) });
  const rulesFor = (architecture: Architecture) => {
    assertHolds({ name, holds }, architecture);
    return table(spelling, vitOnly(architecture), 'vit.');
  };
  return {
    name,
    match(checkpoint) {
      const view = viewOf(checkpoint, 'embeddings.patch_embeddings.projection.weight', 'vit.');
      const [, query = ''] = block.map(([file]) => file.replace('*', 'weight'));
      if (!view || !has(view, `${view.base}${prefix.replace('N', '0')}.${query}`)) return null;
      return readVit({
        scheme: name,
        view,
        layout: plainVit,
        head: 'classes',
        table: (vit) => table(spelling, vit, view.base).map(withoutQueryBias),
        epsilon: 1e-12,
        activation: { value: 'gelu', origin: 'scheme' },
        // The pooler is a layer for text-like pre-training that no image classifier reads; mask_token replaces patches in it.
        ignorable: /^(vit\.)?(pooler\.|embeddings\.mask_token$)/,
        rulesFor,
      });
    },
    holds,
    rulesFor,
    config: (architecture, labels) => vitConfig(vitOnly(architecture), labels),
  };
}

/** An embedding can be had from the classifier as well. */
const outputOf = (architecture: Architecture) => (architecture.kind === 'vit' ? architecture.output : 'classes');

function table({ prefix, block }: Spelling, vit: VisionTransformer, base: string): NamingRule[] {
  return [
    { file: `${base}embeddings.cls_token`, canonical: ['class_token'], shape: inThreeAxes },
    { file: `${base}embeddings.position_embeddings`, canonical: ['positions'], shape: inThreeAxes },
    {
      file: `${base}embeddings.patch_embeddings.projection.weight`,
      canonical: ['patches.weight'],
      shape: patchKernel(vit),
    },
    { file: `${base}embeddings.patch_embeddings.projection.bias`, canonical: ['patches.bias'] },
    ...blockRules(vit.blocks, `${base}${prefix}`, block),
    ...both(`${base}layernorm.*`, 'norm'),
    ...both('classifier.*', 'head'),
  ];
}

/** A model of `qkv_bias: false` has no biases of query, key and value. */
const withoutQueryBias = (rule: NamingRule): FileRule =>
  'file' in rule && /attention\.(query|key|value)\.bias$/.test(rule.canonical[0] ?? '')
    ? { ...rule, optional: true }
    : rule;
