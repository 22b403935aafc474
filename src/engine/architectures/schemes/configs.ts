/** The config.json of an exported vision transformer, as the loaders of each scheme read it. */
import type { Activation } from '../../recipe.ts';
import type { VisionTransformer } from '../model.ts';

/** Hugging Face's names of activations (`transformers.activations.ACT2FN`). */
const huggingFaceActivations: Record<Activation, string> = {
  gelu: 'gelu',
  'gelu-tanh': 'gelu_pytorch_tanh',
  'quick-gelu': 'quick_gelu',
  relu: 'relu',
  tanh: 'tanh',
  identity: 'linear',
};

/** timm's names of activations (`timm.layers.create_act`). */
const timmActivations: Record<Activation, string> = {
  gelu: 'gelu',
  'gelu-tanh': 'gelu_tanh',
  'quick-gelu': 'quick_gelu',
  relu: 'relu',
  tanh: 'tanh',
  identity: 'identity',
};

const huggingFaceSizes = (vit: VisionTransformer) => ({
  hidden_size: vit.width,
  num_hidden_layers: vit.blocks,
  num_attention_heads: vit.heads,
  intermediate_size: vit.hidden,
  hidden_act: huggingFaceActivations[vit.activation],
  layer_norm_eps: vit.epsilon,
  image_size: vit.image,
  patch_size: vit.patch,
  num_channels: vit.channels,
});

/** `ViTForImageClassification`. */
export function vitConfig(vit: VisionTransformer, labels?: readonly string[]): Record<string, unknown> {
  const names = labels ?? Array.from({ length: vit.classes }, (_, index) => `LABEL_${index}`);
  return {
    architectures: ['ViTForImageClassification'],
    model_type: 'vit',
    ...huggingFaceSizes(vit),
    qkv_bias: true,
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    id2label: Object.fromEntries(names.map((name, index) => [String(index), name])),
    label2id: Object.fromEntries(names.map((name, index) => [name, index])),
  };
}

/** `CLIPVisionModelWithProjection`. */
export const clipConfig = (vit: VisionTransformer): Record<string, unknown> => ({
  architectures: ['CLIPVisionModelWithProjection'],
  model_type: 'clip_vision_model',
  ...huggingFaceSizes(vit),
  projection_dim: vit.classes,
  attention_dropout: 0,
});

/** `timm.create_model(architecture, **model_args)`; the name's own sizes are all overridden. */
export function timmConfig(vit: VisionTransformer, labels?: readonly string[]): Record<string, unknown> {
  const pool = vit.pooling === 'mean' ? 'avg' : 'token';
  const tokens =
    vit.pooling === 'distilled'
      ? {}
      : { class_token: vit.classToken, reg_tokens: vit.registers, no_embed_class: false };
  return {
    architecture: vit.pooling === 'distilled' ? 'deit_base_distilled_patch16_224' : 'vit_base_patch16_224',
    num_classes: vit.classes,
    num_features: vit.width,
    global_pool: pool,
    model_args: {
      img_size: vit.image,
      patch_size: vit.patch,
      in_chans: vit.channels,
      embed_dim: vit.width,
      depth: vit.blocks,
      num_heads: vit.heads,
      mlp_ratio: vit.hidden / vit.width,
      pre_norm: vit.preNorm,
      act_layer: timmActivations[vit.activation],
      ...tokens,
    },
    pretrained_cfg: {
      input_size: [vit.channels, vit.image, vit.image],
      num_classes: vit.classes,
      mean: new Array<number>(vit.channels).fill(0),
      std: new Array<number>(vit.channels).fill(1),
    },
    ...(labels && { label_names: [...labels] }),
  };
}
