/**
 * What a saved session holds: the recipe of the cards, which files it is of, and what its runs measured. No weights, no M and U.
 * Curves are typed arrays where the browser keeps a session, and base64 of their bytes (little-endian) in a file.
 */
import { z } from 'zod';
import type { ErrorKind } from '../engine/errors.ts';
import { methodSchema, unfinishedRecipeSchema } from '../engine/recipe.ts';
import { architectureSchema } from '../engine/supernet/supernet-file.ts';

/** Only a page that knows more writes another one. */
export const sessionVersion = 1;

type Numbers = typeof Int32Array | typeof Float32Array;

/** The array itself, or the base64 of its bytes. */
const numbers = <Type extends Numbers>(type: Type) =>
  z.union([z.instanceof(type), z.base64().transform((text, context) => decoded(type, text, context))]) as z.ZodType<
    InstanceType<Type>
  >;

function decoded(type: Numbers, text: string, context: z.RefinementCtx) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  if (bytes.length % 4 === 0) return new type(bytes.buffer);
  context.addIssue({ code: 'custom', message: 'is cut off' });
  return z.NEVER;
}

const whole = z.number().int().nonnegative();
const share = z.number().min(0).max(1);
/** What is no number, as the loss of a run that failed, is null. */
const maybe = z.array(z.number().nullable());

/** A training curve: step, learning rate and losses of each point; `losses` has `width` for each. */
const curveSchema = z
  .strictObject({
    steps: numbers(Int32Array),
    rates: numbers(Float32Array),
    losses: numbers(Float32Array),
    width: whole,
  })
  .refine(
    ({ steps, rates, losses, width }) => rates.length === steps.length && losses.length === steps.length * width,
    {
      message: 'has unequal numbers of steps, rates and losses',
    },
  );
export type Curve = z.output<typeof curveSchema>;

const scoreSchema = z.strictObject({
  perTask: z.array(share.nullable()),
  jointPerTask: z.array(share.nullable()),
  joint: share,
  images: z.array(whole),
});

const methodName = z.enum(methodSchema.options.map(({ shape }) => shape.name.value));

const resultSchema = z.strictObject({
  method: methodName,
  score: scoreSchema,
  reconstruction: maybe,
  seconds: z.number().nonnegative(),
  learnable: whole,
  steps: whole,
  merged: architectureSchema.nullable(),
});

const errorKinds = [
  'file',
  'checkpoint',
  'sources',
  'images',
  'recipe',
  'backend',
  'run',
  'bug',
] as const satisfies readonly ErrorKind[];

const errorSchema = z.strictObject({
  kind: z.enum(errorKinds),
  message: z.string(),
  advice: z.string(),
  subject: z.string().optional(),
});

export const savedRunSchema = z.strictObject({
  name: z.string(),
  /** When it was started, in milliseconds since 1970. */
  started: z.number(),
  recipe: unfinishedRecipeSchema,
  colours: z.array(whole),
  origin: z.enum(['person', 'comparison']),
  state: z.enum(['stopped', 'done', 'failed']),
  steps: whole,
  curve: curveSchema,
  accuracy: z.array(z.strictObject({ step: whole, score: scoreSchema })),
  validation: z.array(z.strictObject({ step: whole, losses: maybe, perTask: maybe })),
  result: resultSchema.nullable(),
  error: errorSchema.nullable(),
  /** Whether the charts show it. */
  visible: z.boolean(),
});
export type SavedRun = z.output<typeof savedRunSchema>;

const fileSchema = z.strictObject({
  name: z.string(),
  /** Null when the file was never here. */
  bytes: whole.nullable(),
  /** Null where the browser has no hashes. */
  fingerprint: z.string().nullable(),
});
export type SessionFile = z.output<typeof fileSchema>;

/** What holds for all that was measured on the same sources and images. */
const settingSchema = z.strictObject({
  /** Place of a run with this setting; null: the recipe has it. */
  run: whole.nullable(),
  /** What each source scores alone; null where it was not measured. */
  sources: z.array(scoreSchema.extend({ reconstruction: maybe }).nullable()),
  /** Methods that cannot apply, and why. */
  refused: z.partialRecord(methodName, z.string()),
});

export const sessionSchema = z.strictObject({
  fsMergeSession: z.literal(sessionVersion),
  /** In milliseconds since 1970. */
  saved: z.number(),
  recipe: unfinishedRecipeSchema,
  /** For each source of the recipe: its place in the list of colours, and whether a person chose its images. */
  sources: z.array(z.strictObject({ colour: whole, imagesByHand: z.boolean() })),
  /** Options of methods that the recipe does not use, where a person chose some. */
  others: z.array(methodSchema),
  files: z.array(fileSchema),
  runs: z.array(savedRunSchema),
  /** The run that the stage showed, by its place. */
  selected: whole.nullable(),
  settings: z.array(settingSchema),
});
export type Session = z.output<typeof sessionSchema>;
