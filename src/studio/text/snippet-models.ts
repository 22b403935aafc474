/** Python that builds the network that exported weights belong to. */
import type { Architecture, Perceptron, VisionTransformer } from '../../engine/architectures/model.ts';
import type { Activation } from '../../engine/recipe.ts';
import { plain } from './numbers.ts';

export interface ModelCode {
  imports: string[];
  /** Ends with a variable `model`. */
  lines: string[];
}

/** @param scheme - whose names the weights have; null: timm's for a ViT */
export function modelCode(merged: Architecture, scheme: string | null): ModelCode {
  if (merged.kind === 'mlp') return sequential(merged);
  if (scheme?.startsWith('Hugging Face ViT')) return huggingFace(merged);
  if (scheme === 'torchvision') return torchvision(merged);
  if (scheme === null || scheme === 'timm') return timm(merged);
  return { imports: [], lines: [`model = ...  # a network whose weights have the names of ${scheme}`] };
}

function timm(vit: VisionTransformer): ModelCode {
  const { image, channels, patch, width, blocks, hidden, heads, epsilon, activation, classes } = vit;
  const sizes = [
    `img_size=${image}`,
    `patch_size=${patch}`,
    `in_chans=${channels}`,
    `num_classes=${classes}`,
    `embed_dim=${width}`,
    `depth=${blocks}`,
    `num_heads=${heads}`,
    `mlp_ratio=${hidden / width}`,
    `norm_layer=partial(nn.LayerNorm, eps=${plain(epsilon)})`,
    ...(activation === 'gelu' ? [] : [`act_layer='${timmActivations[activation]}'`]),
    ...timmLayout(vit),
  ];
  const module =
    vit.pooling === 'distilled'
      ? 'from timm.models.deit import VisionTransformerDistilled as VisionTransformer'
      : 'from timm.models.vision_transformer import VisionTransformer';
  return {
    imports: ['from functools import partial', module, 'from torch import nn'],
    lines: call('VisionTransformer', sizes),
  };
}

const timmLayout = ({ classToken, registers, preNorm, pooling }: VisionTransformer): string[] => [
  ...(classToken ? [] : ['class_token=False']),
  ...(registers > 0 && pooling !== 'distilled' ? [`reg_tokens=${registers}`] : []),
  ...(preNorm ? ['pre_norm=True'] : []),
  ...(pooling === 'mean' ? ["global_pool='avg'"] : []),
];

function torchvision(vit: VisionTransformer): ModelCode {
  const { image, channels, patch, width, blocks, hidden, heads, epsilon, classes } = vit;
  const sizes = [
    `image_size=${image}`,
    `patch_size=${patch}`,
    `num_layers=${blocks}`,
    `num_heads=${heads}`,
    `hidden_dim=${width}`,
    `mlp_dim=${hidden}`,
    `num_classes=${classes}`,
    `norm_layer=partial(nn.LayerNorm, eps=${plain(epsilon)})`,
  ];
  const grey = channels === 3 ? [] : [`model.conv_proj = nn.Conv2d(${channels}, ${width}, ${patch}, ${patch})`];
  return {
    imports: [
      'from functools import partial',
      'from torch import nn',
      'from torchvision.models import VisionTransformer',
    ],
    lines: [...call('VisionTransformer', sizes), ...grey],
  };
}

function huggingFace(vit: VisionTransformer): ModelCode {
  const { image, channels, patch, width, blocks, hidden, heads, epsilon, activation, classes } = vit;
  const sizes = [
    `image_size=${image}`,
    `patch_size=${patch}`,
    `num_channels=${channels}`,
    `num_labels=${classes}`,
    `hidden_size=${width}`,
    `num_hidden_layers=${blocks}`,
    `num_attention_heads=${heads}`,
    `intermediate_size=${hidden}`,
    `layer_norm_eps=${plain(epsilon)}`,
    `hidden_act='${huggingFaceActivations[activation]}'`,
  ];
  return {
    imports: ['from transformers import ViTConfig, ViTForImageClassification'],
    lines: [...call('ViTConfig', sizes, 'config'), 'model = ViTForImageClassification(config)'],
  };
}

function sequential(mlp: Perceptron): ModelCode {
  const widths = [mlp.inputs, ...mlp.widths];
  const layers = widths
    .slice(1)
    .flatMap((out, index) => [`nn.Linear(${widths[index]}, ${out})`, modules[mlp.activation]]);
  return {
    imports: [...(mlp.activation === 'quick-gelu' ? ['import timm'] : []), 'from torch import nn'],
    lines: [
      '# Layers keep the names they have in the first source: put its Flatten or Dropout back where it had them.',
      ...call('nn.Sequential', [...layers, `nn.Linear(${widths.at(-1)}, ${mlp.classes})`]),
    ],
  };
}

const call = (name: string, args: readonly string[], variable = 'model'): string[] => [
  `${variable} = ${name}(`,
  ...args.map((argument) => `    ${argument},`),
  ')',
];

/** Names that timm gives activations. */
const timmActivations: Record<Activation, string> = {
  gelu: 'gelu',
  'gelu-tanh': 'gelu_tanh',
  'quick-gelu': 'quick_gelu',
  relu: 'relu',
  tanh: 'tanh',
  identity: 'identity',
};

/** Names that transformers gives them. */
const huggingFaceActivations: Record<Activation, string> = {
  gelu: 'gelu',
  'gelu-tanh': 'gelu_pytorch_tanh',
  'quick-gelu': 'quick_gelu',
  relu: 'relu',
  tanh: 'tanh',
  identity: 'linear',
};

const modules: Record<Activation, string> = {
  gelu: 'nn.GELU()',
  'gelu-tanh': "nn.GELU(approximate='tanh')",
  'quick-gelu': 'timm.layers.QuickGELU()',
  relu: 'nn.ReLU()',
  tanh: 'nn.Tanh()',
  identity: 'nn.Identity()',
};
