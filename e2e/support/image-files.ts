/** Images as people have them: PNG files and MNIST's IDX files. Shares nothing with src. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { readNpz } from './npz.ts';

export interface GreyImages {
  side: number;
  /** 0 to 255, one image after the other. */
  pixels: Uint8Array;
  labels: number[];
}

/** The first `count` images of a part of an npz file of square grey images. */
export function greyImages(path: string, part: 'train' | 'test', count: number): GreyImages {
  const arrays = readNpz(path, [`x_${part}`, `y_${part}`]);
  const [images, labels] = [arrays.get(`x_${part}`), arrays.get(`y_${part}`)];
  const side = images?.shape[1];
  if (!images || !labels || !side) throw new Error(`${path} has no images for ${part}`);
  return {
    side,
    pixels: Uint8Array.from(images.values.subarray(0, count * side * side)),
    labels: [...labels.values.subarray(0, count)],
  };
}

/** A folder with a folder of PNG files for each label, named by `names`; `border` black pixels around each image. */
export function writeImageFolder(folder: string, images: GreyImages, names: readonly string[], border = 0): void {
  for (const [index, label] of images.labels.entries()) {
    const below = join(folder, names[label] ?? String(label));
    mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `${index}.png`), png(images, index, border));
  }
}

/** Writes `<stem>-images-idx3-ubyte` and `<stem>-labels-idx1-ubyte`; their paths. */
export function writeIdx(folder: string, stem: string, { side, pixels, labels }: GreyImages): string[] {
  const paths = [join(folder, `${stem}-images-idx3-ubyte`), join(folder, `${stem}-labels-idx1-ubyte`)];
  writeFileSync(paths[0]!, idx([labels.length, side, side], pixels));
  writeFileSync(paths[1]!, idx([labels.length], Uint8Array.from(labels)));
  return paths;
}

function idx(shape: number[], bytes: Uint8Array): Buffer {
  const unsignedBytes = 0x08;
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, unsignedBytes, shape.length]);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([header, bytes]);
}

/** 8 bits of grey; every row begins with its filter, which is none. */
function png({ side, pixels }: GreyImages, index: number, border: number): Buffer {
  const edge = side + 2 * border;
  const rows = Buffer.alloc(edge * (edge + 1));
  for (let row = 0; row < side; row++) {
    const from = (index * side + row) * side;
    rows.set(pixels.subarray(from, from + side), (row + border) * (edge + 1) + 1 + border);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(edge, 0);
  header.writeUInt32BE(edge, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
