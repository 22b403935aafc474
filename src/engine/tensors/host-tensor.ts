/**
 * A tensor that still lies in a file: name, element type, shape and where its bytes are.
 * Nothing is read before `read()`, and `read()` reads no more than this tensor.
 */
import type { ElementType } from './elements.ts';

/** A tensor on the host, decoded to 32-bit floats, row-major. */
export interface Weight {
  shape: readonly number[];
  values: Float32Array;
}

export interface HostTensor {
  readonly name: string;
  readonly elementType: ElementType;
  readonly shape: readonly number[];
  /** Decodes to 32-bit floats in row-major order, whatever the file's element type and strides. Throws `StudioError` when bytes are missing. */
  read(): Promise<Weight>;
}

/** What a reader makes of a checkpoint file. */
export interface Checkpoint {
  /** File name. */
  file: string;
  bytes: number;
  /** "safetensors", "PyTorch zip", "npz". */
  container: string;
  /** Other files that belong to it, by name: shards of an index, weights beside a topology. */
  parts: readonly string[];
  tensors: ReadonlyMap<string, HostTensor>;
  /** String metadata of the file, where it has some. */
  metadata: Readonly<Record<string, string>>;
}

/** A tensor whose elements can be had without decoding: 8-bit images stay 8 bits. */
export interface RawTensor extends HostTensor {
  /** The elements as the file stores them, in row-major order. May be a view of shared memory: do not write into it. */
  readBytes(): Promise<Uint8Array<ArrayBuffer>>;
}
