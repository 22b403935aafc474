/**
 * A run is a recipe: which sources and images, which method with which options, which seed.
 * The same recipe with the same files gives the same result. The page edits it, the worker runs it, exports carry it.
 */
import { z } from 'zod';
import { recipeRules } from './recipe-rules.ts';

export const activations = ['gelu', 'gelu-tanh', 'quick-gelu', 'relu', 'tanh', 'identity'] as const;
export type Activation = (typeof activations)[number];

export const matrixKinds = ['full', 'diagonal', 'low-rank', 'diagonal+low-rank', 'attention-heads'] as const;
export type MatrixKind = (typeof matrixKinds)[number];

export const initialisations = ['first', 'average', 'random', 'warm'] as const;
export type Initialisation = (typeof initialisations)[number];

export const objectives = ['own', 'all', 'inner'] as const;
export type Objective = (typeof objectives)[number];

export const schedules = ['one-cycle', 'cosine', 'constant'] as const;
export type Schedule = (typeof schedules)[number];

export const scopes = ['global', 'local'] as const;
export type Scope = (typeof scopes)[number];

export const orders = ['together', 'sequential'] as const;
export type Order = (typeof orders)[number];

export const paddings = ['end', 'spread'] as const;
export type Padding = (typeof paddings)[number];

/** What weights cannot tell; set by hand where the file says nothing or something wrong. */
export const factsSchema = z.strictObject({
  heads: z.number().int().positive().optional(),
  epsilon: z.number().positive().optional(),
  activation: z.enum(activations).optional(),
  /** Of pixels from 0 to 1: the network takes `(x - mean) / std`, one number for each channel. */
  mean: z.array(z.number()).min(1).optional(),
  std: z.array(z.number().positive()).min(1).optional(),
});
export type FactOverrides = z.infer<typeof factsSchema>;

const imagesSchema = z.strictObject({
  /** File name of the images. */
  file: z.string(),
  /** The file's labels that belong to this task, in the order of the head's classes: `[5, 6, 7]` makes label 5 class 0. */
  labels: z.array(z.number().int()).min(1),
  /** How many training images to use, drawn with the recipe's seed. */
  train: z.number().int().positive(),
  /** Images made from these by augmentation, on top of them. */
  augmented: z.number().int().nonnegative().default(0),
  /** Images held out of the training images to measure the loss on; never trained on. */
  validation: z.number().int().nonnegative().default(0),
});
export type TaskImages = z.infer<typeof imagesSchema>;

const sourceSchema = z.strictObject({
  /** File name of the checkpoint. */
  file: z.string(),
  /** What the task is called on the page: "digits". */
  name: z.string(),
  facts: factsSchema.default({}),
  /** File of text embeddings that make the classes of a network without a class head; null: the means of its images' classes. */
  texts: z.string().nullable().default(null),
  images: imagesSchema.nullable(),
});
export type RecipeSource = z.infer<typeof sourceSchema>;

/** Changes that make augmented images, in this order (the authors' settings: all of them). */
const augmentationSchema = z.strictObject({
  /** Random crop of the reflect-padded image, 4 pixels each way. */
  crop: z.boolean().default(true),
  /** Mirrored left to right, half of the time. */
  flip: z.boolean().default(true),
  /** One of greyscale, solarise and Gaussian blur. */
  tone: z.boolean().default(true),
});
export type AugmentationOptions = z.infer<typeof augmentationSchema>;

/** How sources of unequal depth or image size are made alike before they are merged. */
const alignmentSchema = z.strictObject({
  /** Where the identity layers of a shallower source go. */
  padding: z.enum(paddings).default('end'),
  /** Resizes patch kernels and positions to the first source's image and patch size; else such sources are refused. */
  resize: z.boolean().default(false),
});
export type AlignmentOptions = z.infer<typeof alignmentSchema>;

/** Size of the merged network; null: the first source's. */
const mergedSizeSchema = z.strictObject({
  /** Width of a ViT; its heads must divide it. */
  width: z.number().int().positive().nullable().default(null),
  /** Width inside a ViT's MLPs; null: in proportion to the width. */
  hidden: z.number().int().positive().nullable().default(null),
  heads: z.number().int().positive().nullable().default(null),
  /** Width of each hidden layer of an MLP. */
  widths: z.array(z.number().int().positive()).min(1).nullable().default(null),
});
export type MergedSize = z.infer<typeof mergedSizeSchema>;

const innerSiteSchema = z.strictObject({
  /** Block of the merged ViT, from 1. */
  block: z.number().int().positive(),
  /** Whose output is compared, before M: the attention's or the MLP's. */
  part: z.enum(['attention', 'mlp']),
  weight: z.number().positive().default(1),
});
export type InnerSite = z.infer<typeof innerSiteSchema>;

/** Merges in closed form that hand out their M and U. */
export const warmMethods = ['average', 'regmean', 'git-re-basin', 'zipit'] as const;

/** Where M and U come from with the initialisation "warm". */
const warmStartSchema = z.discriminatedUnion('from', [
  /** A merge in closed form, given as M and U. */
  z.strictObject({ from: z.literal('method'), method: z.enum(warmMethods) }),
  /** A checkpoint of the merged network's shape, which source 1 alone is folded to (Mechanism 1). */
  z.strictObject({ from: z.literal('target'), file: z.string() }),
  /** A saved SuperNet. */
  z.strictObject({ from: z.literal('supernet'), file: z.string() }),
]);
export type WarmStart = z.infer<typeof warmStartSchema>;

export const fsMergeSchema = z.strictObject({
  name: z.literal('fs-merge'),
  kind: z.enum(matrixKinds).default('diagonal+low-rank'),
  /** Rank of the low-rank part at the model's width; a hidden layer of another width scales it. */
  rank: z.number().int().positive().default(12),
  initialisation: z.enum(initialisations).default('first'),
  objective: z.enum(objectives).default('own'),
  /** What objective "inner" compares besides the last features. */
  inner: z.array(innerSiteSchema).default([]),
  scope: z.enum(scopes).default('global'),
  /** All sources in one SuperNet, or one after the other into the merge so far. */
  order: z.enum(orders).default('together'),
  merged: mergedSizeSchema.prefault({}),
  warmStart: warmStartSchema.nullable().default(null),
  /** How the learning rate runs over the steps. */
  schedule: z.enum(schedules).default('one-cycle'),
  /** Share of the steps in which a cosine schedule rises. */
  warmUp: z.number().min(0).lt(1).default(0.1),
  /** Highest rate of the schedule. */
  learningRate: z.number().positive().default(1e-4),
  /** The same for the diagonals; null: the rate of the rest. */
  diagonalLearningRate: z.number().positive().nullable().default(null),
  /** Gradients of a larger norm are scaled down to it; null: never. */
  clipNorm: z.number().positive().nullable().default(null),
  /** Keeps the LayerNorms as they start. */
  freezeNorms: z.boolean().default(false),
  weightDecay: z.number().nonnegative().default(1e-3),
  batchSize: z.number().int().positive().default(128),
  /** Computes a ViT's activations once more for the gradient, block by block: less memory, a third more time. */
  checkpointing: z.boolean().default(false),
  /** Passes over the training images; 0 folds the start as it is. Sequential: for each source that is added. */
  epochs: z.number().int().nonnegative().default(100),
  /** Steps between two measurements of accuracy and validation loss; 0: only at the end. */
  evaluateEvery: z.number().int().nonnegative().default(50),
  /** Ends the training after so many measurements without a lower validation loss, and keeps the best; null: never. */
  patience: z.number().int().positive().nullable().default(null),
});
export type FsMergeOptions = z.infer<typeof fsMergeSchema>;

/** A checkpoint that all sources were fine-tuned from: what task vectors are differences to. */
const base = z.string().default('');

/** A plain network of the sources' size, all weights trained on FS-Merge's objective. */
export const distillationSchema = z.strictObject({
  name: z.literal('distillation'),
  initialisation: z.enum(['first', 'average']).default('first'),
  objective: z.enum(['own', 'all']).default('own'),
  schedule: z.enum(schedules).default('one-cycle'),
  warmUp: z.number().min(0).lt(1).default(0.1),
  learningRate: z.number().positive().default(1e-4),
  clipNorm: z.number().positive().nullable().default(null),
  weightDecay: z.number().nonnegative().default(1e-3),
  batchSize: z.number().int().positive().default(128),
  checkpointing: z.boolean().default(false),
  epochs: z.number().int().nonnegative().default(100),
  evaluateEvery: z.number().int().nonnegative().default(50),
  patience: z.number().int().positive().nullable().default(null),
});
export type DistillationOptions = z.infer<typeof distillationSchema>;

export const methodSchema = z.discriminatedUnion('name', [
  fsMergeSchema,
  distillationSchema,
  z.strictObject({ name: z.literal('average') }),
  /** `t` goes from source 1 (0) to source 2 (1). */
  z.strictObject({ name: z.literal('slerp'), t: z.number().min(0).max(1).default(0.5) }),
  /** `scale` is what the sum of the task vectors is multiplied by. */
  z.strictObject({ name: z.literal('task-arithmetic'), base, scale: z.number().positive().default(0.4) }),
  /** `density`: share of each task vector's entries that are kept, the largest. */
  z.strictObject({
    name: z.literal('ties'),
    base,
    density: z.number().gt(0).max(1).default(0.2),
    scale: z.number().positive().default(1),
  }),
  /** `drop`: probability that an entry of a task vector is dropped; the others grow to make up for it. */
  z.strictObject({
    name: z.literal('dare'),
    base,
    drop: z.number().min(0).lt(1).default(0.9),
    scale: z.number().positive().default(0.4),
  }),
  /** `offDiagonal`: factor of the Gram matrices' entries beside the diagonal. */
  z.strictObject({ name: z.literal('regmean'), offDiagonal: z.number().min(0).max(1).default(0.7) }),
  z.strictObject({ name: z.literal('git-re-basin'), sweeps: z.number().int().positive().default(50) }),
  z.strictObject({ name: z.literal('activation-matching') }),
  z.strictObject({ name: z.literal('zipit') }),
  /** `regularisation`: entropy of the transport, in units of the mean cost; smaller is nearer to a permutation. */
  z.strictObject({ name: z.literal('ot-fusion'), regularisation: z.number().positive().default(0.05) }),
  z.strictObject({ name: z.literal('ensemble') }),
]);

/** The options of one method. */
export type OptionsOf<Name extends MethodName> = Extract<MethodRecipe, { name: Name }>;
export type MethodRecipe = z.infer<typeof methodSchema>;
export type MethodName = MethodRecipe['name'];

const plainRecipeSchema = z.strictObject({
  version: z.literal(1).default(1),
  /** The run's name; a person may change it. */
  name: z.string().default(''),
  sources: z.array(sourceSchema),
  alignment: alignmentSchema.prefault({}),
  augmentation: augmentationSchema.prefault({}),
  method: methodSchema,
  seed: z.number().int().nonnegative().default(1),
});
export type Recipe = z.infer<typeof plainRecipeSchema>;

/** A recipe whose options go together; the sentence of a refusal says what does not, and what to do. */
export const recipeSchema = plainRecipeSchema.superRefine((recipe, context) => {
  for (const { message, advice, path } of recipeRules(recipe)) {
    context.addIssue({ code: 'custom', message: `${message} ${advice}`, path });
  }
});

/** A recipe that is being written: tasks may have no labels yet, and options need not go together. */
export const unfinishedRecipeSchema = plainRecipeSchema.extend({
  sources: z.array(
    sourceSchema.extend({
      images: imagesSchema.extend({ labels: z.array(z.number().int()).default([]) }).nullable(),
    }),
  ),
});
