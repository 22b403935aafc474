/**
 * TensorFlow.js layers models: `model.json` with the topology and a manifest of the weights, which lie in binary files beside it.
 * The files of a group are one run of bytes, cut into pieces; the weights follow one another in it without gaps. Quantised
 * weights are value · scale + min. (tfjs-core, io/io_utils: decodeWeights.)
 */
import { z } from 'zod';
import type { ByteSource, NamedSource } from '../tensors/byte-source.ts';
import { checkRange } from '../tensors/byte-source.ts';
import type { ElementType } from '../tensors/elements.ts';
import { elementBytes } from '../tensors/elements.ts';
import { fileError } from '../tensors/file-error.ts';
import { fileTensor } from '../tensors/file-tensor.ts';
import type { Checkpoint, HostTensor } from '../tensors/host-tensor.ts';
import { elementCount } from '../tensors/strides.ts';
import type { Beside, Format } from './format.ts';
import { isJsonWith, partsBeside, readJson } from './json.ts';

export const tfjsLayers: Format = {
  description: 'TensorFlow.js layers models (model.json with its .bin files)',
  matches: (file) => isJsonWith(file, ['modelTopology', 'weightsManifest', 'layers-model', 'graph-model']),
  read: readLayersModel,
};

const length = z.int().nonnegative();
const weightSchema = z.object({
  name: z.string(),
  shape: z.array(length),
  dtype: z.string(),
  quantization: z.object({ dtype: z.string(), scale: z.number().optional(), min: z.number().optional() }).optional(),
});
const manifestSchema = z.array(z.object({ paths: z.array(z.string()).min(1), weights: z.array(weightSchema) }));

type Group = z.infer<typeof manifestSchema>[number];
type WeightEntry = z.infer<typeof weightSchema>;

/** How a type of the manifest is stored; I16 stands for the 16 bits of a quantised weight. */
const storedAs: ReadonlyMap<string, ElementType> = new Map([
  ['float32', 'F32'],
  ['float16', 'F16'],
  ['int32', 'I32'],
  ['uint8', 'U8'],
  ['uint16', 'I16'],
  ['bool', 'BOOL'],
]);

async function readLayersModel(file: NamedSource, beside: Beside): Promise<Checkpoint> {
  const members = await readJson(file);
  const topology = members.get('modelTopology');
  refuseGraphModel(file.name, members.get('format'), topology);
  const manifest = manifestSchema.safeParse(members.get('weightsManifest'));
  if (!manifest.success) throw fileError(file.name, `${file.name} is damaged: its list of weights makes no sense.`);
  const paths = manifest.data.flatMap((group) => group.paths);
  const parts = partsBeside(file.name, paths, beside);
  const tensors = manifest.data.flatMap((group) => tensorsOf(file.name, group, beside));
  return {
    file: file.name,
    bytes: parts.reduce((sum, { source }) => sum + source.size, file.source.size),
    container: 'TensorFlow.js layers model',
    parts: parts.map(({ name }) => name),
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    metadata: configOf(topology),
  };
}

function refuseGraphModel(file: string, format: unknown, topology: unknown): void {
  const isGraph = typeof topology === 'object' && topology !== null && 'node' in topology;
  if (format !== 'graph-model' && !isGraph) return;
  throw fileError(
    file,
    `${file} is a TensorFlow.js graph model, whose weights no longer belong to layers.`,
    'Convert the Keras model to a layers model (tensorflowjs_converter --output_format=tfjs_layers_model), or add the .keras or .h5 file itself.',
  );
}

/** Keras puts the model below `model_config`; TensorFlow.js itself does not. */
function configOf(topology: unknown): Record<string, string> {
  if (typeof topology !== 'object' || topology === null) return {};
  const config: unknown = 'model_config' in topology ? topology.model_config : topology;
  return { keras_config: typeof config === 'string' ? config : JSON.stringify(config) };
}

function tensorsOf(file: string, { paths, weights }: Group, beside: Beside): HostTensor[] {
  const parts = partsBeside(file, paths, beside);
  const place = {
    file: parts.map(({ name }) => name).join(', '),
    source: concatenated(parts.map(({ source }) => source)),
  };
  let byteOffset = 0;
  return weights.map((weight) => {
    const elementType = elementTypeOf(file, weight);
    const { name, shape, quantization } = weight;
    const stored = fileTensor({ ...place, name, elementType, shape, byteOffset });
    byteOffset += elementCount(shape) * elementBytes[elementType];
    return quantization === undefined || elementType === 'F16' ? stored : dequantised(stored, weight);
  });
}

function elementTypeOf(file: string, { name, dtype, quantization }: WeightEntry): ElementType {
  const quantised = quantization === undefined || ['float16', 'uint8', 'uint16'].includes(quantization.dtype);
  const elementType = quantised ? storedAs.get(quantization?.dtype ?? dtype) : undefined;
  if (elementType) return elementType;
  throw fileError(
    file,
    `The weight "${name}" in ${file} has elements of type ${quantization?.dtype ?? dtype}, which the studio does not read.`,
    'Convert the model again with weights of type float32.',
  );
}

/** `stored` has the quantised numbers; those of 16 bits have no sign. */
function dequantised(stored: HostTensor, { dtype, quantization }: WeightEntry): HostTensor {
  const { scale = 1, min = 0 } = quantization!;
  return {
    ...stored,
    elementType: dtype === 'int32' ? 'I32' : 'F32',
    async read() {
      const { shape, values } = await stored.read();
      for (let i = 0; i < values.length; i++) {
        const quantised = values[i]! < 0 ? values[i]! + 2 ** 16 : values[i]!;
        const value = quantised * scale + min;
        values[i] = dtype === 'int32' ? Math.round(value) : value;
      }
      return { shape, values };
    },
  };
}

/** One source after the other. */
function concatenated(sources: readonly ByteSource[]): ByteSource {
  if (sources.length === 1) return sources[0]!;
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  return {
    size,
    async read(start, end) {
      checkRange(start, end, size);
      const bytes = new Uint8Array(end - start);
      let begin = 0;
      for (const source of sources) {
        const from = Math.max(start - begin, 0);
        const to = Math.min(end - begin, source.size);
        if (from < to) bytes.set(await source.read(from, to), begin + from - start);
        begin += source.size;
      }
      return bytes;
    },
  };
}
