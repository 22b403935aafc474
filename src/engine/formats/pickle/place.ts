/** Places the tensors of a PyTorch checkpoint in the storages of its file. */
import type { ByteSource } from '../../tensors/byte-source.ts';
import { elementBytes } from '../../tensors/elements.ts';
import { fileError } from '../../tensors/file-error.ts';
import { fileTensor } from '../../tensors/file-tensor.ts';
import type { RawTensor } from '../../tensors/host-tensor.ts';
import type { PickledTensor } from './values.ts';

/**
 * @param storages the bytes of a storage by its key
 * Throws `StudioError` for a tensor whose elements are not decoded, are missing or are not all there.
 */
export function placeTensors(
  file: string,
  pickled: ReadonlyMap<string, PickledTensor>,
  storages: { get(key: string): ByteSource | undefined },
): Map<string, RawTensor> {
  const placed = new Map<string, RawTensor>();
  for (const [name, tensor] of pickled) {
    placed.set(name, placeTensor(file, name, tensor, storages.get(tensor.storage.key)));
  }
  return placed;
}

function placeTensor(file: string, name: string, tensor: PickledTensor, source: ByteSource | undefined): RawTensor {
  const { storage, elementType, typeName, offset, shape, strides } = tensor;
  if (elementType === null) {
    throw fileError(
      file,
      `The tensor "${name}" in ${file} lies in a ${typeName}, whose elements the studio does not read.`,
      'Save it with floating-point elements: tensor.float().',
    );
  }
  if (source === undefined) {
    throw fileError(
      file,
      `${file} is damaged: the elements of the tensor "${name}" (data/${storage.key}) are missing.`,
    );
  }
  const byteOffset = (storage.start + offset) * elementBytes[elementType];
  return fileTensor({ file, name, elementType, shape, strides, source, byteOffset });
}
