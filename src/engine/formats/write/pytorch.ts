/** Writes a state dict as `torch.save` does since version 1.6: a zip archive with a pickle and one entry for each tensor's storage. */
import { elementCount, rowMajorStrides } from '../../tensors/strides.ts';
import type { ExportFloat, NamedWeights, OutputFile } from './output.ts';
import { bytesPiece, tensorPiece, textPiece } from './output.ts';
import type { Code } from './pickle.ts';
import { called, integer, named, no, persistent, pickled, text, tuple, withItems } from './pickle.ts';
import { zipFile } from './zip.ts';

const storageTypes = { F32: 'FloatStorage', F16: 'HalfStorage', BF16: 'BFloat16Storage' } as const;

/** `name.pt`, an OrderedDict of tensors. Throws `StudioError` when a finite number is too large for the element type. */
export function pytorchFile(name: string, tensors: NamedWeights, type: ExportFloat): OutputFile {
  return zipFile(`${name}.pt`, [
    { path: 'archive/data.pkl', content: bytesPiece(stateDict(tensors, type)) },
    { path: 'archive/byteorder', content: textPiece('little') },
    ...tensors.map(([tensor, weight], index) => ({
      path: `archive/data/${index}`,
      content: tensorPiece(tensor, weight, type),
    })),
    { path: 'archive/version', content: textPiece('3\n') },
  ]);
}

function stateDict(tensors: NamedWeights, type: ExportFloat): Code {
  const orderedDict = () => called(named('collections', 'OrderedDict'));
  const items = tensors.map(([name, { shape }], index) => {
    const location = [text('storage'), named('torch', storageTypes[type]), text(String(index)), text('cpu')];
    const storage = persistent(tuple(...location, integer(elementCount(shape))));
    const sizes = tuple(...shape.map(integer));
    const strides = tuple(...rowMajorStrides(shape).map(integer));
    const rebuild = named('torch._utils', '_rebuild_tensor_v2');
    // Offset in the storage, sizes, strides, whether it wants a gradient, hooks.
    return [text(name), called(rebuild, storage, integer(0), sizes, strides, no, orderedDict())] as const;
  });
  return pickled(withItems(orderedDict(), items));
}
