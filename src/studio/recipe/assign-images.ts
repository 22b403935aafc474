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

/**
 * The start for a source and images: all labels where their number is the head's, or where there is no head of classes; else none
 * until a person names them.
 */
export function usualImages(source: SourceInfo, images: ImagesInfo): TaskImages {
  const all = source.output === 'embedding' || images.labels.length === source.classes;
  const labels = all ? images.labels.map(({ label }) => label) : [];
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

type Shape = ImagesInfo['shape'];

const isColourOrGrey = (channels: number): boolean => channels === 1 || channels === 3;

/**
 * The shape that a source takes images of this shape in, as the engine makes it: resized, grey for colour or colour for grey; an MLP
 * takes images of as many numbers as it has inputs, or makes them square. Null when there is none.
 */
export function takenAs({ architecture, input }: SourceInfo, from: Shape): Shape | null {
  const [height, width, channels] = from;
  if (architecture === 'vit') {
    const [imageHeight = 0, imageWidth = 0, wanted = 0] = input;
    const alike = channels === wanted || (isColourOrGrey(channels) && isColourOrGrey(wanted));
    return alike ? [imageHeight, imageWidth, wanted] : null;
  }
  const [inputs = 0] = input;
  if (height * width * channels === inputs) return from;
  if (!isColourOrGrey(channels)) return null;
  const colours = [1, 3];
  const sameSize = colours.find((wanted) => height * width * wanted === inputs);
  if (sameSize) return [height, width, sameSize];
  const square = colours.find((wanted) => Number.isInteger(Math.sqrt(inputs / wanted)));
  return square ? [Math.sqrt(inputs / square), Math.sqrt(inputs / square), square] : null;
}

/** Whether the source can take these images: as they are, converted, or not at all. */
export function fits(source: SourceInfo, images: ImagesInfo): 'exactly' | 'converted' | null {
  const shape = takenAs(source, images.shape);
  if (!shape) return null;
  return String(shape) === String(images.shape) ? 'exactly' : 'converted';
}

/** Images that fit as they are come before others, then those whose name is more like the source's. */
function bestMatch(source: SourceInfo, images: readonly ImagesInfo[]): ImagesInfo | null {
  let best: ImagesInfo | null = null;
  let bestScore = -1;
  for (const candidate of images) {
    const fit = fits(source, candidate);
    if (!fit) continue;
    const score = nameLikeness(source.file, candidate.file) + (fit === 'exactly' ? 2 : 0);
    if (score <= bestScore) continue;
    best = candidate;
    bestScore = score;
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
