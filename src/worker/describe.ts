/** What the page is told about loaded files. */

import { countParameters, featureWidth } from '../engine/architectures/model.ts';
import type { Source } from '../engine/architectures/source.ts';
import type { ImageFile } from '../engine/datasets/image-file.ts';
import { selectImages } from '../engine/datasets/image-file.ts';
import type { ImageSet } from '../engine/datasets/images.ts';
import type { Loaded, Taken } from '../engine/intake/library.ts';
import type { ImagesInfo, LoadResult, SourceInfo, Thumbnails } from './protocol.ts';
import { errorInfo } from './transfer.ts';

export function describeSource(id: string, { checkpoint, match }: Source): SourceInfo {
  const { architecture, facts, scheme, prefix, ignored, assumed } = match;
  const vit = architecture.kind === 'vit' ? architecture : null;
  const elementTypes = new Set([...checkpoint.tensors.values()].map((tensor) => tensor.elementType));
  return {
    id,
    file: id,
    bytes: checkpoint.bytes,
    architecture: architecture.kind,
    container: checkpoint.container,
    scheme,
    elementType: [...elementTypes].join(' + '),
    parameters: countParameters(architecture),
    classes: architecture.classes,
    output: vit?.output ?? 'classes',
    width: vit?.width ?? featureWidth(architecture),
    depth: architecture.kind === 'vit' ? architecture.blocks : architecture.widths.length,
    hidden: architecture.kind === 'vit' ? [architecture.hidden] : architecture.widths,
    input:
      architecture.kind === 'vit'
        ? [architecture.image, architecture.image, architecture.channels]
        : [architecture.inputs],
    patch: vit?.patch ?? null,
    ...facts,
    prefix,
    parts: checkpoint.parts,
    ignored,
    assumed,
  };
}

/** What a drop brought. */
export function describeTaken(
  { loaded, namesakes, changed, waiting, failed }: Taken,
  sourceOf: (id: string) => Source,
): LoadResult {
  const result: LoadResult = {
    sources: [],
    images: [],
    superNets: [],
    texts: [],
    changed: [],
    fingerprints: {},
    namesakes,
    waiting,
    errors: [],
  };
  for (const one of loaded) {
    describeLoaded(one, result);
    if (one.fingerprint !== null) result.fingerprints[one.id] = one.fingerprint;
  }
  for (const id of changed) result.changed.push(describeSource(id, sourceOf(id)));
  const told = new Set<string>();
  for (const { file, error } of failed) {
    const info = errorInfo(error);
    // Files of one group share their error.
    if (!told.has(info.message)) result.errors.push({ ...info, subject: info.subject ?? file });
    told.add(info.message);
  }
  return result;
}

/** Puts a loaded file where it belongs. */
function describeLoaded(loaded: Loaded, into: LoadResult): void {
  const { id, bytes } = loaded;
  switch (loaded.kind) {
    case 'source':
      into.sources.push(describeSource(loaded.id, loaded.source));
      return;
    case 'images':
      into.images.push(describeImages(id, bytes, loaded.images));
      return;
    case 'supernet': {
      const { kind, rank, order, recipe } = loaded.supernet;
      into.superNets.push({ id, file: id, bytes, kind, rank, order, recipe });
      return;
    }
    case 'texts': {
      const [rows = 0, columns = 0] = loaded.texts.shape;
      into.texts.push({ id, file: id, bytes, rows, columns });
      return;
    }
    default:
      throw loaded satisfies never;
  }
}

function describeImages(id: string, bytes: number, { train, test, split, labelNames, notes }: ImageFile): ImagesInfo {
  const counts = new Map<number, { train: number; test: number }>();
  for (const [part, set] of [
    ['train', train],
    ['test', test],
  ] as const) {
    for (const label of set.labels) {
      const count = counts.get(label) ?? { train: 0, test: 0 };
      count[part]++;
      counts.set(label, count);
    }
  }
  const labels = [...counts]
    .map(([label, count]) => ({ label, name: labelNames?.[label] ?? null, ...count }))
    .sort((a, b) => a.label - b.label);
  return { id, file: id, bytes, shape: [...train.shape], train: train.count, test: test.count, split, labels, notes };
}

/** A few training images, one of each label in turn. */
export const mixedImages = ({ train }: ImageFile, labels: readonly number[], count: number): ImageSet =>
  selectImages(train, mixedRows(train, labels, count));

/** Images as RGBA. */
export function drawThumbnails({ count, shape, pixels: from, labels }: ImageSet): Thumbnails {
  const [height, width, channels] = shape;
  const scale = from instanceof Uint8Array ? 1 : 255;
  const pixels = new Uint8ClampedArray(count * height * width * 4);
  for (let pixel = 0; pixel < count * height * width; pixel++) {
    for (let colour = 0; colour < 3; colour++) {
      pixels[pixel * 4 + colour] = (from[pixel * channels + Math.min(colour, channels - 1)] ?? 0) * scale;
    }
    pixels[pixel * 4 + 3] = 255;
  }
  return { pixels, width, height, labels: [...labels] };
}

/** Rows of `count` images, the first of every label, then the second of every label, … */
function mixedRows({ labels }: ImageSet, wanted: readonly number[], count: number): number[] {
  const seen = new Map<number, number>();
  const turns: { row: number; turn: number; label: number }[] = [];
  for (const [row, label] of labels.entries()) {
    const turn = seen.get(label) ?? 0;
    if (turn >= count || (wanted.length > 0 && !wanted.includes(label))) continue;
    seen.set(label, turn + 1);
    turns.push({ row, turn, label });
  }
  turns.sort((a, b) => a.turn - b.turn || a.label - b.label);
  return turns.slice(0, count).map(({ row }) => row);
}
