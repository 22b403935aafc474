/** Python that loads an exported file. */
import type { Architecture, Perceptron, VisionTransformer } from '../../engine/architectures/model.ts';
import type { Activation } from '../../engine/recipe.ts';
import { plain } from './numbers.ts';

export interface SnippetTask {
  name: string;
  classes: number;
}

/** The merged network's head has every task's classes, in order. */
export function loadSnippet(merged: Architecture, tasks: readonly SnippetTask[], file: string): string {
  return merged.kind === 'vit' ? vitSnippet(merged, tasks, file) : mlpSnippet(merged, tasks, file);
}

function vitSnippet(vit: VisionTransformer, tasks: readonly SnippetTask[], file: string): string {
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
  ];
  return [
    'from functools import partial',
    '',
    'from safetensors.torch import load_file',
    'from timm.models.vision_transformer import VisionTransformer',
    'from torch import nn',
    '',
    'model = VisionTransformer(',
    ...sizes.map((size) => `    ${size},`),
    ')',
    ...load(tasks, file),
  ].join('\n');
}

function mlpSnippet(mlp: Perceptron, tasks: readonly SnippetTask[], file: string): string {
  const widths = [mlp.inputs, ...mlp.widths];
  const layers = widths
    .slice(1)
    .flatMap((out, index) => [`nn.Linear(${widths[index]}, ${out})`, modules[mlp.activation]]);
  return [
    ...(layers.some((layer) => layer.startsWith('timm.')) ? ['import timm'] : []),
    'from safetensors.torch import load_file',
    'from torch import nn',
    '',
    '# Layers keep the numbers they have in the first source: put its Flatten or Dropout back where it had them.',
    'model = nn.Sequential(',
    ...layers.map((layer) => `    ${layer},`),
    `    nn.Linear(${widths.at(-1)}, ${mlp.classes}),`,
    ')',
    ...load(tasks, file),
  ].join('\n');
}

const load = (tasks: readonly SnippetTask[], file: string): string[] => [
  `model.load_state_dict(load_file(${JSON.stringify(file)}))`,
  'model.eval()',
  '',
  ...classRanges(tasks),
];

function classRanges(tasks: readonly SnippetTask[]): string[] {
  let first = 0;
  return tasks.map(({ name, classes }) => {
    const line = `# outputs ${first} to ${first + classes - 1}: ${name.replace(/\s+/g, ' ')}`;
    first += classes;
    return line;
  });
}

/** Names that timm gives activations. */
const timmActivations: Record<Activation, string> = {
  gelu: 'gelu',
  'gelu-tanh': 'gelu_tanh',
  'quick-gelu': 'quick_gelu',
  relu: 'relu',
  tanh: 'tanh',
  identity: 'identity',
};

const modules: Record<Activation, string> = {
  gelu: 'nn.GELU()',
  'gelu-tanh': "nn.GELU(approximate='tanh')",
  'quick-gelu': 'timm.layers.QuickGELU()',
  relu: 'nn.ReLU()',
  tanh: 'nn.Tanh()',
  identity: 'nn.Identity()',
};
