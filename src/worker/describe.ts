/** What the page is told about loaded files. */

import { countParameters, featureWidth } from '../engine/architectures/model.ts';
import type { Source } from '../engine/architectures/source.ts';
import type { ImageFile } from '../engine/datasets/image-file.ts';
import type { ImageSet } from '../engine/datasets/images.ts';
import type { ImagesInfo, SourceInfo, Thumbnails } from './protocol.ts';

export function describeSource(id: string, { checkpoint, match }: Source): SourceInfo {
  const { architecture, facts, scheme, ignored } = match;
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
    width: featureWidth(architecture),
    depth: architecture.kind === 'vit' ? architecture.blocks : architecture.widths.length,
    hidden: architecture.kind === 'vit' ? [architecture.hidden] : architecture.widths,
    input:
      architecture.kind === 'vit'
        ? [architecture.image, architecture.image, architecture.channels]
        : [architecture.inputs],
    patch: vit?.patch ?? null,
    ...facts,
    ignored,
  };
}

export function describeImages(id: string, bytes: number, { train, test, split }: ImageFile): ImagesInfo {
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
  const labels = [...counts].map(([label, count]) => ({ label, ...count })).sort((a, b) => a.label - b.label);
  return { id, file: id, bytes, shape: [...train.shape], train: train.count, test: test.count, split, labels };
}

/** A few training images, one of each label in turn, as RGBA. */
export function drawThumbnails({ train }: ImageFile, labels: readonly number[], count: number): Thumbnails {
  const rows = mixedRows(train, labels, count);
  const [height, width, channels] = train.shape;
  const size = height * width;
  const scale = train.pixels instanceof Uint8Array ? 1 : 255;
  const pixels = new Uint8ClampedArray(rows.length * size * 4);
  for (const [index, row] of rows.entries()) {
    for (let pixel = 0; pixel < size; pixel++) {
      const from = (row * size + pixel) * channels;
      const to = (index * size + pixel) * 4;
      for (let colour = 0; colour < 3; colour++) {
        pixels[to + colour] = (train.pixels[from + Math.min(colour, channels - 1)] ?? 0) * scale;
      }
      pixels[to + 3] = 255;
    }
  }
  return { pixels, width, height, labels: rows.map((row) => train.labels[row] ?? 0) };
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
