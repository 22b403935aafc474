/** A trained network as a checkpoint whose metadata tells all that weights cannot. */
import { exportFiles } from '../architectures/export.ts';
import type { NamingScheme } from '../architectures/naming.ts';
import { sequential } from '../architectures/schemes/sequential.ts';
import { timm } from '../architectures/schemes/timm.ts';
import type { OutputFile } from '../formats/write/output.ts';
import type { Trained } from './train.ts';

/** Key of the metadata under which the recipe of the training stands. */
export const trainingKey = 'fs_merge_training';

/** `name.safetensors` or `name.pt`, 32-bit, with the names of timm or of `nn.Sequential`. A .pt file has no place for metadata. */
export function checkpointFile(
  { model, recipe, classNames }: Trained,
  name: string,
  container: 'safetensors' | 'pytorch' = 'safetensors',
): OutputFile {
  const { architecture } = model;
  const naming: NamingScheme = architecture.kind === 'mlp' ? sequential : timm;
  const channels = architecture.kind === 'mlp' ? 1 : architecture.channels;
  const [file] = exportFiles(model, naming, {
    container,
    floatType: 'F32',
    name,
    metadata: { [trainingKey]: JSON.stringify(recipe) },
    written: {
      labels: classNames,
      mean: new Array<number>(channels).fill(0),
      std: new Array<number>(channels).fill(1),
    },
  });
  if (!file) throw new RangeError('no file');
  return file;
}
