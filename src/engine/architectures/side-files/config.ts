/** config.json of Hugging Face (ViT and CLIP) and of timm, and open_clip_config.json. Fields that are not known are passed over. */
import { z } from 'zod';
import type { SideFileName } from '../facts.ts';
import { labelList } from './labels.ts';
import type { Claim, Maybe, SideFacts } from './side-facts.ts';
import { activationOf, claimsOf, edges, known, parse } from './side-facts.ts';

const count = z.number().int().positive().nullish();
const edge = z.union([z.number().int().positive(), z.array(z.number().int().positive())]).nullish();
const text = z.string().nullish();

const edgeClaims = (of: Claim['of'], name: string, value: Maybe<number | number[]>): Claim[] =>
  edges(value).map((value) => ({ name, value, of }));

// ---- Hugging Face ----

const towerSchema = z.object({
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  intermediate_size: count,
  hidden_act: text,
  layer_norm_eps: z.number().positive().nullish(),
  image_size: edge,
  patch_size: edge,
  num_channels: count,
});

const huggingFaceSchema = towerSchema.extend({
  /** In a CLIP's own config.json. */
  vision_config: towerSchema.nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
});

export function huggingFaceConfig(file: SideFileName, json: unknown): SideFacts {
  const config = parse(file, huggingFaceSchema, json);
  const tower = config.vision_config ?? config;
  const labels = config.id2label ? labelList(config.id2label) : null;
  return {
    file,
    facts: known({
      heads: tower.num_attention_heads,
      epsilon: tower.layer_norm_eps,
      activation: activationOf(file, 'hidden_act', tower.hidden_act),
    }),
    // Hugging Face fills in LABEL_0, LABEL_1, … where nobody named the classes.
    labels: labels?.every((label, index) => label === `LABEL_${index}`) ? null : labels,
    resize: null,
    claims: [
      ...claimsOf('width', { hidden_size: tower.hidden_size }),
      ...claimsOf('blocks', { num_hidden_layers: tower.num_hidden_layers }),
      ...claimsOf('hidden', { intermediate_size: tower.intermediate_size }),
      ...edgeClaims('image', 'image_size', tower.image_size),
      ...edgeClaims('patch', 'patch_size', tower.patch_size),
      ...claimsOf('channels', { num_channels: tower.num_channels }),
      ...claimsOf('classes', { 'the length of id2label': labels?.length }),
    ],
  };
}

// ---- timm ----

const preparationSchema = z.object({
  input_size: z.array(z.number().int().positive()).nullish(),
  mean: z.array(z.number()).nullish(),
  std: z.array(z.number().positive()).nullish(),
  interpolation: text,
  crop_pct: z.number().positive().nullish(),
});

const timmSchema = preparationSchema.extend({
  architecture: text,
  num_classes: z.number().int().nonnegative().nullish(),
  num_features: count,
  label_names: z.array(z.string()).nullish(),
  pretrained_cfg: preparationSchema.nullish(),
  model_args: z
    .object({
      img_size: edge,
      patch_size: edge,
      in_chans: count,
      embed_dim: count,
      depth: count,
      num_heads: count,
      act_layer: text,
    })
    .nullish(),
});

export function timmConfig(file: SideFileName, json: unknown): SideFacts {
  const config = parse(file, timmSchema, json);
  const { mean, std, input_size, interpolation, crop_pct } = config.pretrained_cfg ?? config;
  const own = config.model_args ?? {};
  const [channels, ...image] = input_size ?? [];
  const named = config.architecture?.includes('quickgelu') ? 'quick_gelu' : undefined;
  const [edge] = image;
  return {
    file,
    facts: known({
      heads: own.num_heads,
      activation: activationOf(file, 'act_layer', own.act_layer ?? named),
      mean,
      std,
    }),
    labels: config.label_names ?? null,
    resize:
      edge === undefined
        ? null
        : { size: Math.floor(edge / (crop_pct ?? 1)), crop: edge, filter: interpolation ?? null },
    claims: [
      ...claimsOf('width', { num_features: config.num_features, embed_dim: own.embed_dim }),
      ...claimsOf('blocks', { depth: own.depth }),
      ...edgeClaims('image', 'img_size', own.img_size),
      ...edgeClaims('image', 'input_size', image),
      ...edgeClaims('patch', 'patch_size', own.patch_size),
      ...claimsOf('channels', { in_chans: own.in_chans, 'the first input_size': channels }),
      ...claimsOf('classes', {
        num_classes: config.num_classes || null,
        'the length of label_names': config.label_names?.length,
      }),
    ],
  };
}

// ---- open_clip ----

const openClipSchema = z.object({
  model_cfg: z.object({
    embed_dim: count,
    quick_gelu: z.boolean().nullish(),
    vision_cfg: z.object({
      image_size: edge,
      layers: z.unknown(),
      width: count,
      patch_size: edge,
      head_width: count,
      mlp_ratio: z.number().positive().nullish(),
    }),
  }),
  preprocess_cfg: preparationSchema.omit({ input_size: true, crop_pct: true }).nullish(),
});

export function openClipConfig(file: SideFileName, json: unknown): SideFacts {
  const { model_cfg: model, preprocess_cfg: preparation } = parse(file, openClipSchema, json);
  const { width, head_width, image_size, patch_size, layers } = model.vision_cfg;
  const [edge] = edges(image_size);
  return {
    file,
    facts: known({
      // open_clip has heads of 64, and erf gelu, unless it says otherwise.
      heads: width ? width / (head_width ?? 64) : null,
      activation: model.quick_gelu ? 'quick-gelu' : 'gelu',
      mean: preparation?.mean,
      std: preparation?.std,
    }),
    labels: null,
    resize: edge === undefined ? null : { size: edge, crop: edge, filter: preparation?.interpolation ?? null },
    claims: [
      ...claimsOf('width', { width }),
      ...claimsOf('blocks', { layers: typeof layers === 'number' ? layers : null }),
      ...edgeClaims('image', 'image_size', image_size),
      ...edgeClaims('patch', 'patch_size', patch_size),
      ...claimsOf('embedding', { embed_dim: model.embed_dim }),
    ],
  };
}
