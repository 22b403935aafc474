/** The naming scheme of timm's `VisionTransformer`: LayerNorm ε 1e-6, erf gelu, query, key and value packed. */
import { StudioError } from '../errors.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import type { Architecture, VisionTransformer } from './model.ts';
import { plainVit } from './model.ts';
import type { Fact, NamingRule, NamingScheme, SchemeMatch } from './naming.ts';
import { brackets } from './naming.ts';

export const timm: NamingScheme = {
  name: 'timm',
  match(checkpoint): SchemeMatch | null {
    if (!['cls_token', 'pos_embed', 'patch_embed.proj.weight'].every((name) => checkpoint.tensors.has(name)))
      return null;
    const heads = guessHeads(shapeOf(checkpoint, 'pos_embed', 3)[2] ?? 0);
    const architecture = measure(checkpoint, heads.value);
    refuseUnknown(checkpoint, timmRules(architecture));
    return {
      scheme: 'timm',
      architecture,
      rulesFor: timmRulesFor,
      ignored: [],
      facts: {
        heads,
        epsilon: { value: architecture.epsilon, origin: 'scheme' },
        activation: { value: architecture.activation, origin: 'scheme' },
      },
    };
  },
};

/** Heads of 64 are usual from width 192 on; smaller models mostly have four. */
export function guessHeads(width: number): Fact<number> {
  const heads = width >= 192 && width % 64 === 0 ? width / 64 : [4, 3, 2].find((count) => width % count === 0);
  return { value: heads ?? 1, origin: 'guess' };
}

function measure(checkpoint: Checkpoint, heads: number): VisionTransformer {
  const [, positions = 0, width = 0] = shapeOf(checkpoint, 'pos_embed', 3);
  const [, channels = 0, patch = 0] = shapeOf(checkpoint, 'patch_embed.proj.weight', 4);
  const [hidden = 0] = shapeOf(checkpoint, 'blocks.0.mlp.fc1.weight', 2);
  const [classes = 0] = shapeOf(checkpoint, 'head.weight', 2);
  let blocks = 0;
  while (checkpoint.tensors.has(`blocks.${blocks}.norm1.weight`)) blocks++;
  const side = Math.sqrt(positions - 1);
  if (!Number.isInteger(side) || side < 1) {
    throw new StudioError({
      kind: 'checkpoint',
      message: `"pos_embed" in ${checkpoint.file} has ${positions} positions, which is not a square of patches and one class token.`,
      advice: 'Models with register or distillation tokens or with oblong images are not understood yet.',
      subject: 'pos_embed',
    });
  }
  return {
    ...plainVit,
    kind: 'vit',
    image: side * patch,
    channels,
    patch,
    width,
    blocks,
    heads,
    hidden,
    classes,
    epsilon: 1e-6,
    activation: 'gelu',
  };
}

function shapeOf(checkpoint: Checkpoint, name: string, rank: number): readonly number[] {
  const shape = checkpoint.tensors.get(name)?.shape;
  if (shape?.length === rank) return shape;
  throw new StudioError({
    kind: 'checkpoint',
    message: shape
      ? `"${name}" in ${checkpoint.file} has shape ${brackets(shape)}; a timm ViT has ${rank} axes there.`
      : `${checkpoint.file} looks like a timm ViT, but it has no tensor "${name}".`,
    advice: name === 'head.weight' ? 'Save the model with its classification head.' : 'Save the whole model again.',
    subject: name,
  });
}

function timmRulesFor(architecture: Architecture): NamingRule[] {
  if (architecture.kind !== 'vit') throw new RangeError('timm names are for ViTs');
  return timmRules(architecture);
}

function timmRules({ blocks }: VisionTransformer): NamingRule[] {
  const rules: NamingRule[] = [
    { file: 'cls_token', canonical: ['class_token'], shape: (_, [width = 0]) => [1, 1, width] },
    { file: 'pos_embed', canonical: ['positions'], shape: (_, shape) => [1, ...shape] },
    { file: 'patch_embed.proj.weight', canonical: ['patches.weight'], shape: patchKernel },
    { file: 'patch_embed.proj.bias', canonical: ['patches.bias'] },
  ];
  const both = (file: string, ...canonical: string[]) => {
    for (const part of ['weight', 'bias']) {
      rules.push({ file: `${file}.${part}`, canonical: canonical.map((name) => `${name}.${part}`) });
    }
  };
  for (let index = 0; index < blocks; index++) {
    const block = `blocks.${index}`;
    const attention = `${block}.attention`;
    both(`${block}.norm1`, `${block}.norm1`);
    both(`${block}.attn.qkv`, `${attention}.query`, `${attention}.key`, `${attention}.value`);
    both(`${block}.attn.proj`, `${attention}.out`);
    both(`${block}.norm2`, `${block}.norm2`);
    both(`${block}.mlp.fc1`, `${block}.mlp.in`);
    both(`${block}.mlp.fc2`, `${block}.mlp.out`);
  }
  both('norm', 'norm');
  both('head', 'head');
  return rules;
}

/** A convolution kernel `[width, channels, patch, patch]`. */
function patchKernel(architecture: Architecture, [width = 0]: readonly number[]): number[] {
  if (architecture.kind !== 'vit') throw new RangeError('only a ViT has patches');
  return [width, architecture.channels, architecture.patch, architecture.patch];
}

/** A tensor that is not in the table may change the function (LayerScale, registers): better refused than dropped. */
function refuseUnknown(checkpoint: Checkpoint, rules: readonly NamingRule[]): void {
  const known = new Set(rules.map((rule) => rule.file));
  const unknown = [...checkpoint.tensors.keys()].filter((name) => !known.has(name));
  const [first] = unknown;
  if (first === undefined) return;
  throw new StudioError({
    kind: 'checkpoint',
    message: `${checkpoint.file} is a timm ViT with ${unknown.length === 1 ? 'a tensor' : `${unknown.length} tensors`} that the studio does not know, such as "${first}"; leaving it out would change what the model computes.`,
    advice: 'Use a plain ViT: class token, no LayerScale, no registers, no distillation token.',
    subject: first,
  });
}
