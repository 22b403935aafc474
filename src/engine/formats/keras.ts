/** Keras 3 models (`.keras`): a zip archive with the weights as HDF5, `model.weights.h5`, and the model's description, `config.json`. */
import type { ByteSource } from '../tensors/byte-source.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import type { Format, OpenedFile } from './format.ts';
import { readHdf5 } from './hdf5.ts';

const weightsPath = 'model.weights.h5';
/** A description is a few kilobytes. */
const longestConfig = 10_000_000;

export const keras: Format = {
  description: 'Keras (.keras)',
  matches: ({ entries }) => entries?.has(weightsPath) ?? false,
  read: readKeras,
};

async function readKeras({ name, source, entries }: OpenedFile): Promise<Checkpoint> {
  const { tensors } = await readHdf5({ name, source: entries!.get(weightsPath)! });
  const config = await readConfig(entries!.get('config.json'));
  const metadata: Record<string, string> = config === null ? {} : { keras_config: config };
  return { file: name, bytes: source.size, container: 'Keras', parts: [], tensors, metadata };
}

async function readConfig(entry: ByteSource | undefined): Promise<string | null> {
  if (entry === undefined || entry.size > longestConfig) return null;
  return new TextDecoder().decode(await entry.read(0, entry.size));
}
