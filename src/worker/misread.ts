/** Confusion and misread images of one model. */
import { selectImages } from '../engine/datasets/image-file.ts';
import { StudioError } from '../engine/errors.ts';
import { confusedPairs, confusionOf } from '../engine/evaluation/confusion.ts';
import { drawThumbnails } from './describe.ts';
import type { AskedModel } from './model-choice.ts';
import type { Misreadings } from './protocol-compare.ts';

/** A table of more classes by classes would take too much memory. */
const mostClasses = 4096;
const mostPairs = 12;

/** `count`: pictures of each task. Throws `StudioError` where there are too many classes. */
export async function misreadings({ predictor, context }: AskedModel, count: number): Promise<Misreadings> {
  const { tasks } = context;
  const classes = predictor.classes.reduce((sum, own) => sum + own, 0);
  if (classes > mostClasses) {
    throw new StudioError({
      kind: 'run',
      message: `The tasks have ${classes} classes together: a table of all confusions would be too large.`,
      advice: `Look at models with at most ${mostClasses} classes.`,
    });
  }
  const confusion = await confusionOf(predictor, tasks, Number.POSITIVE_INFINITY, count);
  const { size, joint, misread, images } = confusion;
  return {
    size,
    confusion: Uint32Array.from(joint),
    pairs: confusedPairs(confusion, mostPairs),
    tasks: tasks.map(({ test }, task) => {
      const shown = misread[task] ?? [];
      return {
        images: images[task] ?? 0,
        misread: (images[task] ?? 0) - hits(confusion, task),
        pictures: drawThumbnails(
          selectImages(
            test,
            shown.map(({ row }) => row),
          ),
        ),
        readings: shown.map(({ label, predicted }) => ({ label, predicted })),
      };
    }),
  };
}

/** Images of a task on the diagonal. */
function hits({ joint, size, offsets, classes }: Awaited<ReturnType<typeof confusionOf>>, task: number): number {
  const first = offsets[task] ?? 0;
  let sum = 0;
  for (let own = first; own < first + (classes[task] ?? 0); own++) sum += joint[own * size + own] ?? 0;
  return sum;
}
