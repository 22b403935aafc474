/** Writes npz: a zip archive of NumPy arrays (NEP 1), stored. */
import { StudioError } from '../../errors.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import type { Bytes, ExportFloat, NamedWeights, OutputFile, Piece } from './output.ts';
import { tensorPiece } from './output.ts';
import { zipFile } from './zip.ts';

/** `name.npz`. Throws `StudioError` for BF16, which NumPy does not have, and when a number is too large for F16. */
export function npzFile(name: string, tensors: NamedWeights, type: ExportFloat): OutputFile {
  if (type === 'BF16') {
    throw new StudioError({
      kind: 'file',
      message: 'An npz file cannot hold BF16: NumPy has no such numbers.',
      advice: 'Choose F32 or F16, or safetensors for BF16.',
      subject: name,
    });
  }
  const entries = tensors.map(([tensor, weight]) => ({ path: `${tensor}.npy`, content: array(tensor, weight, type) }));
  return zipFile(`${name}.npz`, entries);
}

function array(name: string, weight: Weight, type: 'F32' | 'F16'): Piece {
  const elements = tensorPiece(name, weight, type);
  const header = headerOf(weight.shape, type);
  return {
    bytes: header.length + elements.bytes,
    *chunks() {
      yield header;
      yield* elements.chunks();
    },
  };
}

/** Version 1.0: magic number, length of the dictionary, the dictionary in Python's words, filled up to a multiple of 64 bytes. */
function headerOf(shape: readonly number[], type: 'F32' | 'F16'): Bytes {
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const descr = type === 'F32' ? '<f4' : '<f2';
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${lengths}), }`;
  const start = 10;
  const end = Math.ceil((start + dictionary.length + 1) / 64) * 64;
  const header = new Uint8Array(end).fill(0x20);
  header.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  new DataView(header.buffer).setUint16(8, end - start, true);
  header.set(new TextEncoder().encode(dictionary), start);
  header[end - 1] = 0x0a;
  return header;
}
