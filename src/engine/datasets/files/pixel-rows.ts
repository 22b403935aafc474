/** Pixels of images whose number is not known before they end: 8-bit as long as all are whole numbers from 0 to 255. */
import { emptyPixels } from '../channels.ts';
import type { ImageSet } from '../images.ts';
import { checkMemory } from './limit.ts';

export class PixelRows {
  private pixels: ImageSet['pixels'];
  private count = 0;
  private readonly size: number;

  constructor(
    private readonly file: string,
    private readonly shape: ImageSet['shape'],
  ) {
    this.size = shape[0] * shape[1] * shape[2];
    this.pixels = new Uint8Array(64 * this.size);
  }

  /** Takes one image from the given columns of a row. Returns the column of the first cell that is no number, else null. */
  add(row: readonly string[], columns: readonly number[]): number | null {
    const start = this.count * this.size;
    if (start === this.pixels.length) this.grow();
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]!;
      const cell = row[column]!;
      const value = Number(cell);
      if (!Number.isFinite(value) || cell.trim() === '') return column;
      if (this.pixels instanceof Uint8Array && (value & 255) !== value) this.toFloats();
      this.pixels[start + index] = value;
    }
    this.count++;
    return null;
  }

  /** All images; labels are not known here. */
  set(): Omit<ImageSet, 'labels'> {
    return { count: this.count, shape: this.shape, pixels: this.pixels.slice(0, this.count * this.size) };
  }

  private grow(): void {
    const bytes = this.pixels.BYTES_PER_ELEMENT;
    checkMemory(this.file, this.count + 1, this.shape, bytes);
    const pixels = emptyPixels(this.pixels, 2 * this.pixels.length);
    pixels.set(this.pixels);
    this.pixels = pixels;
  }

  private toFloats(): void {
    this.pixels = Float32Array.from(this.pixels);
  }
}
