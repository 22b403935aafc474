/**
 * The names of timm's `VisionTransformer`, which DeiT, DINO and DINOv2 share: LayerNorm ε 1e-6, erf gelu, query, key and value
 * packed. LayerScale is folded into the layers before it.
 */
import { StudioError } from '../../errors.ts';
import type { Architecture, Pooling, VisionTransformer } from '../model.ts';
import type { FileRule, JoinedRule, NamingRule, NamingScheme, TensorRule } from '../naming.ts';
import { assertHolds } from '../naming.ts';
import { timmConfig } from './configs.ts';
import type { View } from './view.ts';
import { has, shapeIn, viewOf } from './view.ts';
import type { BlockTable } from './vit.ts';
import { blockRules, both, inThreeAxes, patchKernel, readVit, vitOnly, withoutPatchBias } from './vit.ts';

const name = 'timm';

export const timm: NamingScheme = {
  name,
  match(checkpoint) {
    const view = viewOf(checkpoint, 'patch_embed.proj.weight');
    if (!view || !has(view, 'pos_embed')) return null;
    const classToken = has(view, 'cls_token');
    const registers = registersOf(view);
    const leading = (classToken ? 1 : 0) + registers.count;
    return readVit({
      scheme: name,
      view,
      layout: {
        classToken,
        registers: registers.count,
        preNorm: has(view, 'norm_pre.weight'),
        pooling: poolingOf(view, classToken),
      },
      head: 'classes',
      table: (vit) => fileTable(vit, view, registers.name),
      // Without all of them: `no_embed_class` of timm has none, DINOv2 has no positions for its registers.
      placed: [leading, 0, classToken ? 1 : 0],
      ...(has(view, 'blocks.0.ls1.gamma') && { layerScale }),
      epsilon: 1e-6,
      activation: { value: 'gelu', origin: 'scheme' },
      ignorable: /^mask_token$/,
      rulesFor,
    });
  },
  holds,
  rulesFor,
  config: (architecture, labels) => timmConfig(vitOnly(architecture), labels),
};

const block: BlockTable = [
  ['norm1.*', 'norm1'],
  ['attn.qkv.*', 'attention.query', 'attention.key', 'attention.value'],
  ['attn.proj.*', 'attention.out'],
  ['norm2.*', 'norm2'],
  ['mlp.fc1.*', 'mlp.in'],
  ['mlp.fc2.*', 'mlp.out'],
];

const layerScale = (index: number, part: 'attention' | 'mlp') =>
  `blocks.${index}.${part === 'attention' ? 'ls1' : 'ls2'}.gamma`;

function holds(architecture: Architecture): string | null {
  if (architecture.kind !== 'vit') return 'timm names are for vision transformers.';
  const { pooling, registers, classToken } = architecture;
  if (pooling === 'distilled' && (registers !== 1 || !classToken)) {
    return 'A distilled model of timm has a class token, a distillation token and no other.';
  }
  return null;
}

function rulesFor(architecture: Architecture): NamingRule[] {
  assertHolds(timm, architecture);
  return table(
    vitOnly(architecture),
    architecture.kind === 'vit' && architecture.pooling === 'distilled' ? 'dist_token' : 'reg_token',
  );
}

function table(vit: VisionTransformer, registers: string): NamingRule[] {
  const rules: NamingRule[] = [];
  if (vit.classToken) rules.push({ file: 'cls_token', canonical: ['class_token'], shape: inThreeAxes });
  if (vit.registers > 0) rules.push({ file: registers, canonical: ['registers'], shape: inThreeAxes });
  const positions: TensorRule = { file: 'pos_embed', canonical: ['positions'], shape: inThreeAxes };
  // timm leaves the bias of the patches out where a LayerNorm comes next.
  rules.push(vit.preNorm ? { ...positions, ...withoutPatchBias(vit) } : positions);
  rules.push({ file: 'patch_embed.proj.weight', canonical: ['patches.weight'], shape: patchKernel(vit) });
  if (!vit.preNorm) rules.push({ file: 'patch_embed.proj.bias', canonical: ['patches.bias'] });
  if (vit.preNorm) rules.push(...both('norm_pre.*', 'pre_norm'));
  rules.push(...blockRules(vit.blocks, 'blocks.N', block));
  rules.push(...both(vit.pooling === 'mean' ? 'fc_norm.*' : 'norm.*', 'norm'));
  rules.push(...(vit.pooling === 'distilled' ? distilledHead(vit) : both('head.*', 'head')));
  return rules;
}

/** The table of a file that may have a bias of the patches where timm has none, and none of query, key and value where it has. */
function fileTable(vit: VisionTransformer, view: View, registers: string): FileRule[] {
  return table(vit, registers).flatMap((rule): FileRule[] => {
    if (!('file' in rule)) return [rule];
    if (rule.file.endsWith('attn.qkv.bias')) return [{ ...rule, optional: true }];
    if (!rule.absorbs || !has(view, 'patch_embed.proj.bias')) return [rule];
    const { absorbs, ...positions } = rule;
    return [positions, { file: 'patch_embed.proj.bias', canonical: [absorbs.name] }];
  });
}

/** The two heads of a distilled DeiT, whose mean is the answer: one head that reads both tokens. */
function distilledHead({ classes, width }: VisionTransformer): JoinedRule[] {
  const halves = (scale: number) => (values: Float32Array) => values.map((value) => value * scale);
  return [
    {
      files: ['head.weight', 'head_dist.weight'],
      canonical: ['head.weight'],
      shape: [classes, width],
      join: ([own, distilled]) => sideBySide(halves(0.5)(own!), halves(0.5)(distilled!), width),
      split: (values) => apart(values, width).map(halves(2)),
    },
    {
      files: ['head.bias', 'head_dist.bias'],
      canonical: ['head.bias'],
      shape: [classes],
      join: ([own, distilled]) => own!.map((bias, index) => (bias + distilled![index]!) / 2),
      split: (bias) => [bias, bias],
    },
  ];
}

/** Two matrices `[rows, width]` → `[rows, 2 · width]`. */
function sideBySide(left: Float32Array, right: Float32Array, width: number): Float32Array {
  const joined = new Float32Array(2 * left.length);
  for (let at = 0; at < left.length; at += width) {
    joined.set(left.subarray(at, at + width), 2 * at);
    joined.set(right.subarray(at, at + width), 2 * at + width);
  }
  return joined;
}

/** `[rows, 2 · width]` → two matrices `[rows, width]`. */
function apart(joined: Float32Array, width: number): Float32Array[] {
  const parts = [0, 1].map(() => new Float32Array(joined.length / 2));
  for (let at = 0; at < joined.length; at += width) {
    const row = Math.floor(at / (2 * width));
    parts[(at / width) % 2]?.set(joined.subarray(at, at + width), row * width);
  }
  return parts;
}

/** The tokens between the class token and the patches, and what the file calls them: timm, DINOv2, DeiT. */
function registersOf(view: View): { name: string; count: number } {
  const name = ['reg_token', 'register_tokens', 'dist_token'].find((name) => has(view, name));
  return { name: name ?? 'reg_token', count: name === undefined ? 0 : (shapeIn(view, name)?.at(-2) ?? 0) };
}

function poolingOf(view: View, classToken: boolean): Pooling {
  if (has(view, 'fc_norm.weight')) return 'mean';
  if (!classToken)
    throw unlike(
      view,
      'no "cls_token" and no "fc_norm"',
      'Use a model with a class token, or one whose LayerNorm comes after the mean (fc_norm).',
      'cls_token',
    );
  if (!has(view, 'dist_token')) return 'class-token';
  if (has(view, 'head_dist.weight')) return 'distilled';
  throw unlike(
    view,
    'a "dist_token" but no "head_dist.weight"',
    'Save the model with both of its heads.',
    'head_dist.weight',
  );
}

function unlike({ checkpoint, prefix }: View, what: string, advice: string, subject: string): StudioError {
  return new StudioError({
    kind: 'checkpoint',
    message: `${checkpoint.file} looks like a timm model, but it has ${what}, so that its head cannot be placed.`,
    advice,
    subject: prefix + subject,
  });
}
