/** Decoded images of one size, collected one by one: the size and the channels are settled by what comes. */
import { repeatGrey } from '../channels.ts';
import type { ImageSet } from '../images.ts';
import { coverImages } from '../resize.ts';
import type { DecodedImage, ReadOptions } from './image-reader.ts';
import { checkMemory, fitsMemory } from './limit.ts';

/** Side of images that come in unequal sizes: what most vision transformers take. */
const usualSide = 224;

interface Half {
  pixels: Uint8Array;
  labels: Int32Array;
  count: number;
}

/** Height, width, channels. */
type Shape = [number, number, number];

export class ImageStore {
  private shape: Shape | null = null;
  /** Whether images may still turn out to be of unequal sizes, which settles another size for all. */
  private alike: boolean;
  /** Size of the first image, and how many others differ from it. */
  private first: readonly [number, number] = [0, 0];
  private unequal = 0;
  private readonly halves: [Half, Half];

  /** `counts`: the most training and test images that may come. */
  constructor(
    private readonly file: string,
    private readonly counts: readonly [train: number, test: number],
    private readonly target: ReadOptions['target'],
  ) {
    this.alike = target === undefined;
    const half = (count: number): Half => ({ pixels: new Uint8Array(), labels: new Int32Array(count), count: 0 });
    this.halves = [half(counts[0]), half(counts[1])];
  }

  /** Takes an image into the training half (0) or the test half (1). Throws `StudioError` when all of them would take too much memory. */
  add(half: 0 | 1, label: number, image: DecodedImage): void {
    const [height, width, channels] = this.settle(image);
    const into = this.halves[half];
    const set = asSet(image);
    const fitted = coverImages(set, height, width).pixels as Uint8Array;
    const pixels = image.channels === channels ? fitted : repeatGrey(fitted);
    into.pixels.set(pixels as Uint8Array, into.count * height * width * channels);
    into.labels[into.count++] = label;
  }

  /** The halves, training first. */
  sets(): [ImageSet, ImageSet] {
    const shape = this.shape ?? ([0, 0, 0] as const);
    const size = shape[0] * shape[1] * shape[2];
    const set = ({ pixels, labels, count }: Half): ImageSet => ({
      count,
      shape,
      pixels: count === labels.length ? pixels : pixels.slice(0, count * size),
      labels: labels.slice(0, count),
    });
    return [set(this.halves[0]), set(this.halves[1])];
  }

  /** What was done to the images, for people; null when nothing was. */
  note(): string | null {
    const [height = 0, width = 0] = this.shape ?? [];
    const [firstHeight, firstWidth] = this.first;
    if (this.unequal === 0 && height === firstHeight && width === firstWidth) return null;
    const sizes = this.unequal > 0 ? 'unequal sizes' : `${firstHeight}×${firstWidth}`;
    return `resized from ${sizes} to ${height}×${width}: the shorter side first, then the centre cut out`;
  }

  private settle(image: DecodedImage): Shape {
    const { height, width, channels } = image;
    if (!this.shape) {
      this.first = [height, width];
      this.shape = this.reserve(this.firstSize(image), channels);
    }
    if (height !== this.first[0] || width !== this.first[1]) {
      this.unequal++;
      if (this.alike) {
        this.alike = false;
        this.convert([usualSide, usualSide, this.shape[2]], (set) => coverImages(set, usualSide, usualSide).pixels);
      }
    }
    if (channels > this.shape[2]) {
      this.convert([this.shape[0], this.shape[1], channels], ({ pixels }) => repeatGrey(pixels));
    }
    return this.shape;
  }

  /** The wanted size; else that of the first image, unless all at that size would be too much and a smaller one is usual. */
  private firstSize({ height, width, channels }: DecodedImage): readonly [number, number] {
    if (this.target) return [this.target.height, this.target.width];
    if (Math.min(height, width) <= usualSide || fitsMemory(this.total, [height, width, channels]))
      return [height, width];
    this.alike = false;
    return [usualSide, usualSide];
  }

  private reserve([height, width]: readonly [number, number], channels: number): Shape {
    const shape: Shape = [height, width, channels];
    checkMemory(this.file, this.total, shape);
    for (const [index, half] of this.halves.entries()) {
      half.pixels = new Uint8Array((this.counts[index] ?? 0) * height * width * channels);
    }
    return shape;
  }

  /** Gives the images that are already there another shape. */
  private convert(shape: Shape, change: (set: ImageSet) => ImageSet['pixels']): void {
    const before = this.sets();
    this.shape = this.reserve([shape[0], shape[1]], shape[2]);
    for (const [index, half] of this.halves.entries()) {
      const set = before[index];
      if (set && set.count > 0) half.pixels.set(change(set));
    }
  }

  private get total(): number {
    return this.counts[0] + this.counts[1];
  }
}

const asSet = ({ height, width, channels, pixels }: DecodedImage): ImageSet => ({
  count: 1,
  shape: [height, width, channels],
  pixels,
  labels: new Int32Array(1),
});
