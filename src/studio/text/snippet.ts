/** Python that loads an exported file. */
import type { Activation } from '../../engine/recipe.ts';
import type { SourceInfo } from '../../worker/protocol.ts';
import { plain } from './numbers.ts';

export interface SnippetTask {
  name: string;
  classes: number;
}

/** `source` describes the file that gave the export its shape and names; the head has every task's classes, in order. */
export function loadSnippet(source: SourceInfo, tasks: readonly SnippetTask[], file: string): string {
  return source.architecture === 'vit' ? vitSnippet(source, tasks, file) : mlpSnippet(source, tasks, file);
}

function vitSnippet(source: SourceInfo, tasks: readonly SnippetTask[], file: string): string {
  const { input, patch, width, depth, hidden, heads, epsilon, activation } = source;
  const sizes = [
    `img_size=${input[0]}`,
    `patch_size=${patch}`,
    `in_chans=${input[2]}`,
    `num_classes=${total(tasks)}`,
    `embed_dim=${width}`,
    `depth=${depth}`,
    `num_heads=${heads?.value}`,
    `mlp_ratio=${(hidden[0] ?? 0) / width}`,
    `norm_layer=partial(nn.LayerNorm, eps=${plain(epsilon?.value ?? 1e-6)})`,
    ...(activation.value === 'gelu' ? [] : [`act_layer='${timmActivations[activation.value]}'`]),
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

function mlpSnippet(source: SourceInfo, tasks: readonly SnippetTask[], file: string): string {
  const widths = [source.input[0] ?? 0, ...source.hidden];
  const layers = widths
    .slice(1)
    .flatMap((out, index) => [`nn.Linear(${widths[index]}, ${out})`, modules[source.activation.value]]);
  return [
    ...(layers.some((layer) => layer.startsWith('timm.')) ? ['import timm'] : []),
    'from safetensors.torch import load_file',
    'from torch import nn',
    '',
    '# Layers keep the numbers they have in the first source: put its Flatten or Dropout back where it had them.',
    'model = nn.Sequential(',
    ...layers.map((layer) => `    ${layer},`),
    `    nn.Linear(${widths.at(-1)}, ${total(tasks)}),`,
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

const total = (tasks: readonly SnippetTask[]): number => tasks.reduce((sum, { classes }) => sum + classes, 0);

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
