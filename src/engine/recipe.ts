/**
 * A run is a recipe: which sources and images, which method with which options, which seed.
 * The same recipe with the same files gives the same result. The page edits it, the worker runs it, exports carry it.
 */
import { z } from 'zod';

export const activations = ['gelu', 'gelu-tanh', 'quick-gelu', 'relu', 'tanh', 'identity'] as const;
export type Activation = (typeof activations)[number];

export const matrixKinds = ['full', 'diagonal', 'low-rank', 'diagonal+low-rank'] as const;
export type MatrixKind = (typeof matrixKinds)[number];

export const initialisations = ['first', 'average', 'random'] as const;
export type Initialisation = (typeof initialisations)[number];

export const objectives = ['own', 'all'] as const;
export type Objective = (typeof objectives)[number];

export const schedules = ['one-cycle', 'cosine', 'constant'] as const;
export type Schedule = (typeof schedules)[number];

export const scopes = ['global', 'local'] as const;
export type Scope = (typeof scopes)[number];

/** What weights cannot tell; set by hand where the file says nothing or something wrong. */
export const factsSchema = z.strictObject({
  heads: z.number().int().positive().optional(),
  epsilon: z.number().positive().optional(),
  activation: z.enum(activations).optional(),
});
export type FactOverrides = z.infer<typeof factsSchema>;

const imagesSchema = z.strictObject({
  /** File name of the images. */
  file: z.string(),
  /** The file's labels that belong to this task, in the order of the head's classes: `[5, 6, 7]` makes label 5 class 0. */
  labels: z.array(z.number().int()).min(1),
  /** How many training images to use, drawn with the recipe's seed. */
  train: z.number().int().positive(),
});
export type TaskImages = z.infer<typeof imagesSchema>;

const sourceSchema = z.strictObject({
  /** File name of the checkpoint. */
  file: z.string(),
  /** What the task is called on the page: "digits". */
  name: z.string(),
  facts: factsSchema.default({}),
  images: imagesSchema.nullable(),
});
export type RecipeSource = z.infer<typeof sourceSchema>;

export const fsMergeSchema = z.strictObject({
  name: z.literal('fs-merge'),
  kind: z.enum(matrixKinds).default('diagonal+low-rank'),
  /** Rank of the low-rank part at the model's width; a hidden layer of another width scales it. */
  rank: z.number().int().positive().default(12),
  initialisation: z.enum(initialisations).default('first'),
  objective: z.enum(objectives).default('own'),
  scope: z.enum(scopes).default('global'),
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
  epochs: z.number().int().positive().default(100),
  /** Steps between two measurements of accuracy; 0: only at the end. */
  evaluateEvery: z.number().int().nonnegative().default(50),
});
export type FsMergeOptions = z.infer<typeof fsMergeSchema>;

export const methodSchema = z.discriminatedUnion('name', [
  fsMergeSchema,
  z.strictObject({ name: z.literal('average') }),
  z.strictObject({ name: z.literal('ensemble') }),
]);
export type MethodRecipe = z.infer<typeof methodSchema>;
export type MethodName = MethodRecipe['name'];

export const recipeSchema = z.strictObject({
  version: z.literal(1).default(1),
  /** The run's name; a person may change it. */
  name: z.string().default(''),
  sources: z.array(sourceSchema),
  method: methodSchema,
  seed: z.number().int().nonnegative().default(1),
});
export type Recipe = z.infer<typeof recipeSchema>;
