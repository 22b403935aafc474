/** What a reader of image files is given and what it may ask for. */
import type { NamedSource } from '../../tensors/byte-source.ts';
import type { ImageFile } from '../image-file.ts';

/** One decoded image: pixels `[height, width, channels]`, 1 channel when it is grey and 3 when it is not. */
export interface DecodedImage {
  height: number;
  width: number;
  channels: number;
  pixels: Uint8Array;
}

/** Decodes a compressed image of a MIME type ("" when it is not known); rejects when it cannot. Whoever has a decoder brings it. */
export type DecodeImage = (bytes: Uint8Array<ArrayBuffer>, type: string) => Promise<DecodedImage>;

export interface ReadOptions {
  /** Size of the images that come out; see `decodeImages` for the size when it is not given. */
  target?: { height: number; width: number };
  /** Called now and then while compressed images are decoded. */
  progress?: (done: number, total: number) => void;
}

/** Reads files that belong together as one set of images with labels. Throws `StudioError`. */
export type ReadGroup = (
  name: string,
  files: readonly NamedSource[],
  decode: DecodeImage,
  options: ReadOptions,
) => Promise<ImageFile>;

/** The whole of a file. */
export const readWhole = ({ source }: NamedSource): Promise<Uint8Array<ArrayBuffer>> => source.read(0, source.size);
