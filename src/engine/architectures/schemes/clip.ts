/**
 * The image towers of CLIP, as OpenAI and open_clip name them and as Hugging Face does: LayerNorm ε 1e-5, a LayerNorm before the
 * blocks, patches without a bias, and a projection to an embedding without a bias for a head. The text model is left out.
 */
import type { Architecture, VisionTransformer } from '../model.ts';
import { plainVit } from '../model.ts';
import type { NamingRule, NamingScheme } from '../naming.ts';
import { assertHolds } from '../naming.ts';
import { clipConfig } from './configs.ts';
import type { View } from './view.ts';
import { has, viewOf } from './view.ts';
import type { BlockTable, Layout } from './vit.ts';
import { blockRules, both, layoutProblem, patchKernel, readVit, vitOnly, withoutPatchBias } from './vit.ts';

const layout = { ...plainVit, preNorm: true, output: 'embedding' } as const satisfies Layout;

const noBias: NamingRule = { implied: 'zeros', canonical: ['head.bias'] };

/** `[width]`, without the axes that other schemes put before it. */
const tokenAndPositions = (vit: VisionTransformer, token: string, positions: string): NamingRule[] => [
  { file: token, canonical: ['class_token'] },
  { file: positions, canonical: ['positions'], ...withoutPatchBias(vit) },
];

const openAiBlock: BlockTable = [
  ['ln_1.*', 'norm1'],
  ['attn.in_proj_*', 'attention.query', 'attention.key', 'attention.value'],
  ['attn.out_proj.*', 'attention.out'],
  ['ln_2.*', 'norm2'],
  ['mlp.c_fc.*', 'mlp.in'],
  ['mlp.c_proj.*', 'mlp.out'],
];

const openAiTable = (vit: VisionTransformer, base: string): NamingRule[] => [
  ...tokenAndPositions(vit, `${base}class_embedding`, `${base}positional_embedding`),
  { file: `${base}proj`, canonical: ['head.weight'], axes: [1, 0] },
  { file: `${base}conv1.weight`, canonical: ['patches.weight'], shape: patchKernel(vit) },
  ...both(`${base}ln_pre.*`, 'pre_norm'),
  ...blockRules(vit.blocks, `${base}transformer.resblocks.N`, openAiBlock),
  ...both(`${base}ln_post.*`, 'norm'),
  noBias,
];

const doubt =
  "OpenAI trains CLIP with quick-gelu, and so does open_clip where the name of the model says quickgelu; open_clip's other models have erf gelu. The tensors are the same, so quick-gelu is assumed.";

export const openAiClip: NamingScheme = {
  name: 'OpenAI CLIP',
  match(checkpoint) {
    const view = viewOf(checkpoint, 'ln_pre.weight', 'visual.');
    if (!view || !has(view, `${view.base}transformer.resblocks.0.ln_1.weight`)) return null;
    const { base } = view;
    return readVit({
      scheme: openAiClip.name,
      view,
      layout,
      head: 'embedding',
      table: (vit) => openAiTable(vit, base),
      ...layerScaleOf(view),
      epsilon: 1e-5,
      activation: { value: 'quick-gelu', origin: 'guess', doubt },
      rulesFor: openAiClip.rulesFor,
    });
  },
  holds: (architecture) => layoutProblem('OpenAI CLIP', architecture, layout),
  rulesFor(architecture) {
    assertHolds(openAiClip, architecture);
    return openAiTable(vitOnly(architecture), 'visual.');
  },
};

function layerScaleOf(view: View) {
  const block = (index: number) => `${view.base}transformer.resblocks.${index}`;
  if (!has(view, `${block(0)}.ls_1.gamma`)) return {};
  const layerScale = (index: number, part: 'attention' | 'mlp') =>
    `${block(index)}.${part === 'attention' ? 'ls_1' : 'ls_2'}.gamma`;
  return { layerScale };
}

const huggingFaceBlock: BlockTable = [
  ['layer_norm1.*', 'norm1'],
  ['self_attn.q_proj.*', 'attention.query'],
  ['self_attn.k_proj.*', 'attention.key'],
  ['self_attn.v_proj.*', 'attention.value'],
  ['self_attn.out_proj.*', 'attention.out'],
  ['layer_norm2.*', 'norm2'],
  ['mlp.fc1.*', 'mlp.in'],
  ['mlp.fc2.*', 'mlp.out'],
];

const huggingFaceTable = (vit: VisionTransformer, base: string): NamingRule[] => [
  ...tokenAndPositions(vit, `${base}embeddings.class_embedding`, `${base}embeddings.position_embedding.weight`),
  { file: `${base}embeddings.patch_embedding.weight`, canonical: ['patches.weight'], shape: patchKernel(vit) },
  // Hugging Face's own spelling.
  ...both(`${base}pre_layrnorm.*`, 'pre_norm'),
  ...blockRules(vit.blocks, `${base}encoder.layers.N`, huggingFaceBlock),
  ...both(`${base}post_layernorm.*`, 'norm'),
  { file: 'visual_projection.weight', canonical: ['head.weight'] },
  noBias,
];

export const huggingFaceClip: NamingScheme = {
  name: 'Hugging Face CLIP',
  match(checkpoint) {
    const view = viewOf(checkpoint, 'pre_layrnorm.weight', 'vision_model.');
    if (!view) return null;
    return readVit({
      scheme: huggingFaceClip.name,
      view,
      layout,
      head: 'embedding',
      table: (vit) => huggingFaceTable(vit, view.base),
      epsilon: 1e-5,
      activation: { value: 'quick-gelu', origin: 'scheme' },
      ignorable: /^(vision_model\.)?embeddings\.position_ids$/,
      rulesFor: huggingFaceClip.rulesFor,
    });
  },
  holds: (architecture: Architecture) => layoutProblem('Hugging Face CLIP', architecture, layout),
  rulesFor(architecture) {
    assertHolds(huggingFaceClip, architecture);
    return huggingFaceTable(vitOnly(architecture), 'vision_model.');
  },
  config: (architecture) => clipConfig(vitOnly(architecture)),
};
