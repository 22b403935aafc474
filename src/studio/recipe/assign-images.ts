/** Which images belong to which source, as far as sizes and names tell. A person's own choice is never touched. */
import type { TaskImages } from '../../engine/recipe.ts';
import type { ImagesInfo, SourceInfo } from '../../worker/protocol.ts';
import type { DraftSource } from './draft.ts';

/** Training images that a task starts with. */
const usualTrain = 1000;

/** Gives every source the images that fit it best, unless a person chose. */
export function assignImages(
  sources: readonly DraftSource[],
  infos: Readonly<Record<string, SourceInfo>>,
  images: readonly ImagesInfo[],
): DraftSource[] {
  return sources.map((source) => {
    const info = infos[source.file];
    if (!info || source.imagesByHand) return source;
    const best = bestMatch(info, images);
    if (!best || best.id === source.images?.file) return source;
    return { ...source, images: usualImages(info, best) };
  });
}

/** The start for a source and images: all labels where their number is the head's, else none until a person names them. */
export function usualImages(source: SourceInfo, images: ImagesInfo): TaskImages {
  const labels = images.labels.length === source.classes ? images.labels.map(({ label }) => label) : [];
  const train = Math.max(1, Math.min(usualTrain, availableImages(images, labels).train));
  return { file: images.id, labels, train, augmented: 0, validation: 0 };
}

/** Images with these labels (all, while there are none). */
export function availableImages(images: ImagesInfo, labels: readonly number[]): { train: number; test: number } {
  const chosen = images.labels.filter(({ label }) => labels.length === 0 || labels.includes(label));
  return {
    train: chosen.reduce((sum, { train }) => sum + train, 0),
    test: chosen.reduce((sum, { test }) => sum + test, 0),
  };
}

/** Whether the source can take images of this size. */
export function fits(source: SourceInfo, images: ImagesInfo): boolean {
  if (source.architecture === 'vit') return source.input.join() === images.shape.join();
  return source.input[0] === images.shape.reduce((product, axis) => product * axis, 1);
}

function bestMatch(source: SourceInfo, images: readonly ImagesInfo[]): ImagesInfo | null {
  let best: ImagesInfo | null = null;
  let bestLikeness = -1;
  for (const candidate of images) {
    if (!fits(source, candidate)) continue;
    const likeness = nameLikeness(source.file, candidate.file);
    if (likeness <= bestLikeness) continue;
    best = candidate;
    bestLikeness = likeness;
  }
  return best;
}

/** Words that two file names share, among all their words: 0 to 1. */
export function nameLikeness(a: string, b: string): number {
  const left = words(a);
  const right = words(b);
  const shared = [...left].filter((word) => right.has(word)).length;
  return shared / Math.max(1, new Set([...left, ...right]).size);
}

const words = (file: string): Set<string> =>
  new Set(
    file
      .toLowerCase()
      .replace(/\.\w+$/, '')
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== ''),
  );
