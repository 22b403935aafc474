/**
 * A network trained from scratch is a recipe too: its size, the images and classes that it learns, how it is trained, the seed. The same
 * recipe with the same images gives the same bits on one backend.
 */
import { z } from 'zod';
import { StudioError } from '../errors.ts';

const size = (least: number, most: number) => z.number().int().min(least).max(most);

const scratchMlpSchema = z.strictObject({
  kind: z.literal('mlp'),
  /** Width of each hidden layer. */
  widths: z.array(size(2, 1024)).min(1).max(6),
});

const scratchVitSchema = z.strictObject({
  kind: z.literal('vit'),
  /** Edge of a patch in pixels; divides the image's. */
  patch: size(1, 64),
  width: size(4, 256),
  blocks: size(1, 12),
  /** Divides the width. */
  heads: size(1, 16),
  /** Width inside the MLP of a block. */
  hidden: size(4, 1024),
});

export const scratchSchema = z.strictObject({
  network: z.discriminatedUnion('kind', [scratchMlpSchema, scratchVitSchema]),
  /** Edge of the square images that the network takes; others are resized to it. */
  image: size(4, 96),
  /** File name of the images. */
  images: z.string(),
  /** Labels of the file that it learns, in the order of the head's classes. */
  labels: z.array(z.number().int()),
  /** Share of the training images that is not learned, to measure accuracy on; 0: it is measured on the file's test images. */
  heldOut: z.number().min(0).max(0.5).default(0.1),
  epochs: size(1, 1000).default(15),
  /** Highest rate of a one-cycle schedule. */
  learningRate: z.number().positive().max(1).default(2e-3),
  weightDecay: z.number().min(0).max(1).default(1e-3),
  batchSize: size(1, 1024).default(64),
  /** Decides the initial weights, the order of the images and which are held out. */
  seed: z.number().int().nonnegative().default(1),
});
export type ScratchRecipe = z.infer<typeof scratchSchema>;

/** The recipe with its defaults. Throws `StudioError` with the first option that is out of range. */
export function parseScratch(recipe: unknown): ScratchRecipe {
  const parsed = scratchSchema.safeParse(recipe);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const subject = issue?.path.join('.') ?? '';
  throw new StudioError({
    kind: 'recipe',
    message: `The network cannot be trained: "${subject}" is out of range (${issue?.message}).`,
    advice: 'Choose another number.',
    subject,
  });
}
