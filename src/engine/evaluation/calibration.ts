/**
 * Whether a predictor is as sure as it is right: the expected calibration error of Guo et al., "On Calibration of Modern
 * Neural Networks" (arXiv 1706.04599).
 */
import type { TaskImages } from '../datasets/images.ts';
import { argmax, classOffsets, eachReading, isBlind } from './confusion.ts';
import type { Predictor } from './evaluate.ts';

/** Bins of equal width that confidences are sorted into. */
export const calibrationBins = 15;

export interface Calibration {
  /**
   * Expected calibration error, 0 to 1: the mean of |accuracy − mean confidence| over the bins, each weighted with its
   * images. NaN without images.
   */
  error: number;
  /** Held-out images measured. */
  images: number;
  bins: CalibrationBin[];
}

/** Images whose confidence, the largest softmax probability, lies in (from, to]. */
export interface CalibrationBin {
  from: number;
  to: number;
  images: number;
  /** Mean confidence, 0 to 1; null without images. */
  confidence: number | null;
  /** Share of images read rightly, 0 to 1; null without images. */
  accuracy: number | null;
}

export interface Calibrations {
  /** Softmax over all tasks' logits, on the images of all tasks. */
  joint: Calibration;
  /** Softmax over each task's own logits, on its images; null where there are no logits. */
  perTask: (Calibration | null)[];
}

/** Calibration on the tasks' held-out images, the first `limit` of each. */
export async function calibrationOf(
  predictor: Predictor,
  tasks: readonly TaskImages[],
  limit = Number.POSITIVE_INFINITY,
): Promise<Calibrations> {
  const together = emptyTally();
  const perTask = tasks.map((_, task) => (isBlind(predictor, task) ? null : emptyTally()));
  const offsets = classOffsets(predictor.classes);
  await eachReading(predictor, tasks, limit, ({ task, label, own, joint }) => {
    count(together, joint, (offsets[task] ?? 0) + label);
    const tally = perTask[task];
    if (tally) count(tally, own, label);
  });
  return { joint: calibration(together), perTask: perTask.map((tally) => tally && calibration(tally)) };
}

/** Sums over the images of each bin, `[bins]`. */
interface Tally {
  images: Float64Array;
  confidence: Float64Array;
  right: Float64Array;
}

const emptyTally = (): Tally => ({
  images: new Float64Array(calibrationBins),
  confidence: new Float64Array(calibrationBins),
  right: new Float64Array(calibrationBins),
});

function count(tally: Tally, logits: Float32Array, label: number): void {
  const predicted = argmax(logits);
  const confidence = softmaxAt(logits, predicted);
  const bin = Math.max(0, Math.ceil(confidence * calibrationBins) - 1);
  tally.images[bin] = (tally.images[bin] ?? 0) + 1;
  tally.confidence[bin] = (tally.confidence[bin] ?? 0) + confidence;
  tally.right[bin] = (tally.right[bin] ?? 0) + (predicted === label ? 1 : 0);
}

/** Softmax probability of the class with the largest logit, so that no exponential overflows. */
function softmaxAt(logits: Float32Array, largest: number): number {
  const most = logits[largest] ?? 0;
  return 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
}

function calibration({ images, confidence, right }: Tally): Calibration {
  const all = images.reduce((sum, n) => sum + n, 0);
  let gaps = 0;
  const bins = Array.from(images, (n, bin): CalibrationBin => {
    const sure = confidence[bin] ?? 0;
    const hits = right[bin] ?? 0;
    gaps += Math.abs(hits - sure); // n · |hits / n − sure / n|
    return {
      from: bin / calibrationBins,
      to: (bin + 1) / calibrationBins,
      images: n,
      confidence: n === 0 ? null : sure / n,
      accuracy: n === 0 ? null : hits / n,
    };
  });
  return { error: gaps / all, images: all, bins };
}
