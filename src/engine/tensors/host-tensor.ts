/**
 * A tensor that still lies in a file: name, element type, shape and where its bytes are.
 * Nothing is read before `read()`, and `read()` reads no more than this tensor.
 */
import type { ByteSource } from './byte-source.ts';
import { decodeElements } from './elements.ts';
import type { ElementType } from './elements.ts';
import { gatherStrided } from './strides.ts';

export interface HostTensorOptions {
  name: string;
  elementType: ElementType;
  shape: readonly number[];
  source: ByteSource;
  /** First byte of element 0 in `source`. */
  byteOffset: number;
  /** Distance between neighbours on each axis, in elements. Row-major when left out. */
  strides?: readonly number[];
}

/** A tensor on the host, decoded. */
export interface Weight {
  shape: readonly number[];
  values: Float32Array;
}
