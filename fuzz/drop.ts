/** Reads files as a drop on the page does, and then all that was recognised: every tensor, every image. */
import type { DecodeImage } from '../src/engine/datasets/files/image-reader.ts';
import { StudioError } from '../src/engine/errors.ts';
import type { Loaded } from '../src/engine/intake/library.ts';
import { Library } from '../src/engine/intake/library.ts';
import { bytesSource } from '../src/engine/tensors/byte-source.ts';
import type { HostTensor } from '../src/engine/tensors/host-tensor.ts';

export interface NamedBytes {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A browser decodes pictures; here a picture is its first bytes, and refused where it has too few. */
const decode: DecodeImage = async (bytes) => {
  const [height = 0, width = 0] = bytes;
  if (bytes.length < 16) throw new StudioError({ kind: 'images', message: 'No picture.', advice: 'Take another.' });
  const size = { height: 1 + (height % 32), width: 1 + (width % 32) };
  return { ...size, channels: 1, pixels: new Uint8Array(size.height * size.width).fill(bytes[15] ?? 0) };
};

class OpenLibrary extends Library {
  /** The weights of a source, as a merge reads them. */
  weightsOf(id: string) {
    return this.readWeights(id);
  }
}

/** Answers everything that was refused. */
export async function readDropped(files: readonly NamedBytes[]): Promise<unknown[]> {
  const library = new OpenLibrary();
  const named = files.map(({ name, bytes }) => ({ name, source: bytesSource(bytes) }));
  const { loaded, failed } = await library.take(named, { decode });
  const refused: unknown[] = failed.map(({ error }) => error);
  for (const one of loaded) {
    try {
      await readWhole(library, one);
    } catch (error) {
      refused.push(error);
    }
  }
  return refused;
}

async function readWhole(library: OpenLibrary, loaded: Loaded): Promise<void> {
  switch (loaded.kind) {
    case 'source':
      for (const [name, { values }] of await library.weightsOf(loaded.id)) checkFinite(name, values);
      return;
    case 'supernet':
      await loaded.supernet.load();
      return;
    case 'texts':
      await readTensor(loaded.texts);
      return;
    case 'images':
      checkImages(loaded.images.train);
      checkImages(loaded.images.test);
      return;
    default:
      throw loaded satisfies never;
  }
}

async function readTensor(tensor: HostTensor): Promise<void> {
  const { shape, values } = await tensor.read();
  if (values.length !== shape.reduce((size, length) => size * length, 1))
    throw new Error('a tensor of another size than its shape');
}

/** A merge of numbers that are none gives none. */
function checkFinite(name: string, values: Float32Array): void {
  if (!values.every(Number.isFinite)) throw new Error(`${name} has numbers that are not finite, and was read`);
}

function checkImages({
  count,
  shape,
  pixels,
  labels,
}: {
  count: number;
  shape: readonly number[];
  pixels: { length: number };
  labels: ArrayLike<number>;
}): void {
  const size = shape.reduce((all, length) => all * length, count);
  if (pixels.length !== size || labels.length !== count) throw new Error('images of another size than their shape');
}
