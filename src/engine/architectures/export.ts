/** From a model in memory to files: the one door out, whatever the container. */
import { npzFile } from '../formats/write/npz.ts';
import { onnxFiles } from '../formats/write/onnx/onnx.ts';
import type { ExportFloat, NamedWeights, OutputFile } from '../formats/write/output.ts';
import { wholeFile } from '../formats/write/output.ts';
import { pytorchFile } from '../formats/write/pytorch.ts';
import { safetensorsFiles } from '../formats/write/safetensors.ts';
import { tfjsFiles } from '../formats/write/tfjs.ts';
import type { Recipe } from '../recipe.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { Model } from './model.ts';
import type { SchemeMatch } from './naming.ts';
import type { Written } from './source.ts';
import { describeFacts, factsKey } from './source.ts';
import { nameWeights } from './tables.ts';

export const exportContainers = ['safetensors', 'pytorch', 'npz', 'tfjs', 'onnx'] as const;
export type ExportContainer = (typeof exportContainers)[number];

export interface ExportOptions {
  container: ExportContainer;
  floatType: ExportFloat;
  /** Bytes of tensors in one file of safetensors above which it is sharded. Other containers have no shards. */
  shardBytes?: number;
  /** Of the files, without ending. */
  name: string;
  /** Beside what weights cannot tell, which is always written. PyTorch and npz files have no place for metadata. */
  metadata: Readonly<Record<string, string>>;
  /** What else is known of the network. */
  written?: Written;
}

/**
 * One plain network as files that any ordinary loader reads. Tensors are named by the scheme's rules in safetensors, PyTorch and
 * npz; tfjs and ONNX hold the whole network and need no names. Throws `StudioError` when the container cannot hold the
 * model or the float type, or when a weight is too large for it.
 */
export function exportFiles(
  model: Model,
  { rulesFor }: Pick<SchemeMatch, 'rulesFor'>,
  { container, floatType, shardBytes, name, metadata: own, written }: ExportOptions,
): OutputFile[] {
  const metadata = { ...own, [factsKey]: describeFacts(model.architecture, written) };
  const named = () => inTurn(() => nameWeights(model.architecture, model.weights, rulesFor(model.architecture)));
  switch (container) {
    case 'safetensors':
      return safetensorsFiles(named(), { name, elementType: floatType, metadata, shardBytes });
    case 'pytorch':
      return [pytorchFile(name, named(), floatType)];
    case 'npz':
      return [npzFile(name, named(), floatType)];
    case 'tfjs':
      return tfjsFiles(name, model, { floatType, metadata });
    case 'onnx':
      return onnxFiles(name, model, { floatType, metadata });
    default:
      throw container satisfies never;
  }
}

/**
 * The weights of a walk, each made when its values are asked for, so that those that the walk puts together are not all in memory
 * at once. Asked for in order, each is made once; an earlier one makes the walk begin again.
 */
function inTurn(walk: () => Iterator<[string, Weight]> & Iterable<[string, Weight]>): NamedWeights {
  let current = walk();
  let position = 0;
  const valuesAt = (index: number): Float32Array => {
    if (index < position) [current, position] = [walk(), 0];
    for (; position < index; position++) current.next();
    position++;
    const { done, value } = current.next();
    if (done) throw new RangeError(`no tensor ${index}`);
    return value[1].values;
  };
  return Array.from(walk(), ([name, { shape }], index) => [
    name,
    {
      shape,
      get values() {
        return valuesAt(index);
      },
    },
  ]);
}

/** Metadata of an export: the recipe that made the model. */
export const recipeMetadata = (recipe: Recipe): Record<string, string> => ({ fs_merge_recipe: JSON.stringify(recipe) });

/** safetensors, 32-bit, in memory. */
export function exportSafetensors(
  model: Model,
  match: Pick<SchemeMatch, 'rulesFor'>,
  recipe: Recipe,
): Uint8Array<ArrayBuffer> {
  const metadata = recipeMetadata(recipe);
  const [file] = exportFiles(model, match, { container: 'safetensors', floatType: 'F32', name: 'model', metadata });
  if (!file) throw new RangeError('no file');
  return wholeFile(file);
}
