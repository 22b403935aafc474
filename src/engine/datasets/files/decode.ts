/** Compressed images, decoded one after the other into the two halves of an image file. */
import type { ImageFile } from '../image-file.ts';
import { imageError } from '../image-file.ts';
import type { DecodedImage, DecodeImage, ReadOptions } from './image-reader.ts';
import { ImageStore } from './image-store.ts';
import type { Part } from './paths.ts';
import { imageTypeOf } from './paths.ts';
import { splitImages } from './split.ts';

/** One compressed image. */
export interface EncodedImage {
  /** Path or name, for people and for the kind of image where its bytes do not tell. */
  name: string;
  label: number;
  part: Part | null;
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** More unreadable images than this share of all, and the file as a whole is refused. */
const mayFail = 0.05;
/** Images that are read and decoded at once. */
const together = 16;

/**
 * Decodes all images in order. Their size is `target` where one is given; else their own when they are all alike, or 224 × 224 when
 * they are not: resized by the shorter side, then the centre cut out. They have one channel when all are grey, else three.
 * Single images that cannot be read are left out. Throws `StudioError` when more than 5 % cannot, or when they take too much memory.
 */
export async function decodeImages(
  file: string,
  images: readonly EncodedImage[],
  decode: DecodeImage,
  { target, progress }: ReadOptions,
): Promise<Omit<ImageFile, 'labelNames'>> {
  if (images.length === 0) throw imageError(file, `${file} has no images.`, 'Choose a file with at least one image.');
  const { isTest, split, notes } = splitImages(images.map(({ part }) => part));
  const tests = isTest.reduce((sum, flag) => sum + flag, 0);
  const store = new ImageStore(file, [images.length - tests, tests], target);
  const failures = new Failures(file, images.length);
  for (let start = 0; start < images.length; start += together) {
    const group = images.slice(start, start + together);
    const decoded = await Promise.allSettled(group.map((image) => decodeOne(image, decode)));
    for (const [index, outcome] of decoded.entries()) {
      const { name, label } = group[index]!;
      if (outcome.status === 'rejected') failures.add(name, outcome.reason);
      else store.add(isTest[start + index] ? 1 : 0, label, outcome.value);
    }
    progress?.(Math.min(start + together, images.length), images.length);
  }
  const [train, test] = store.sets();
  const done = [...notes, store.note(), failures.note()].filter((note) => note !== null);
  return { file, train, test, split, notes: done };
}

async function decodeOne({ name, read }: EncodedImage, decode: DecodeImage): Promise<DecodedImage> {
  const bytes = await read();
  return decode(bytes, typeOfBytes(bytes) ?? imageTypeOf(name) ?? '');
}

/** Images that could not be read. */
class Failures {
  private count = 0;
  private first = '';

  constructor(
    private readonly file: string,
    private readonly total: number,
  ) {}

  add(name: string, reason: unknown): void {
    if (this.count++ === 0) this.first = name;
    if (this.count <= mayFail * this.total) return;
    throw imageError(
      this.file,
      `More than one in ${1 / mayFail} of the ${this.total} images of ${this.file} cannot be read; the first is ${this.first} (${reasonOf(reason)}).`,
      'Remove damaged images, or save them as PNG or JPEG.',
    );
  }

  note(): string | null {
    if (this.count === 0) return null;
    return `${this.count} ${this.count === 1 ? 'image' : 'images'} could not be read and ${this.count === 1 ? 'is' : 'are'} left out, the first is ${this.first}`;
  }
}

/** A decoder's own words, where they mean something. */
function reasonOf(reason: unknown): string {
  const words = (reason instanceof Error ? reason.message : String(reason)).replace(/\.$/, '');
  return words === '' || words.includes('undefined') ? 'damaged' : words;
}

/** First bytes of the kinds of images that browsers decode. */
const magics: readonly (readonly [type: string, magic: RegExp])[] = [
  ['image/png', /^\x89PNG/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8/],
  ['image/webp', /^RIFF.{4}WEBP/s],
  ['image/bmp', /^BM/],
  ['image/avif', /^.{4}ftypavif/s],
];

function typeOfBytes(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  return magics.find(([, magic]) => magic.test(head))?.[0] ?? null;
}
