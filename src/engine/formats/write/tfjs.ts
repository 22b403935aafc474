/** Writes a perceptron as a TensorFlow.js LayersModel: a Sequential of Dense layers that `tf.loadLayersModel` reads. */
import type { Model, Perceptron } from '../../architectures/model.ts';
import { StudioError } from '../../errors.ts';
import type { Activation } from '../../recipe.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import type { ExportFloat, OutputFile } from './output.ts';
import { outputFile, tensorPiece, textPiece } from './output.ts';

export interface TfjsOptions {
  floatType: ExportFloat;
  metadata: Readonly<Record<string, string>>;
}

/** What tfjs-layers 4 calls them; null where `tf.loadLayersModel` finds none: it looks for its own `gelu_new` as `geluNew`. */
const activationNames: Readonly<Record<Activation, string | null>> = {
  relu: 'relu',
  tanh: 'tanh',
  identity: 'linear',
  gelu: 'gelu',
  'gelu-tanh': null,
  'quick-gelu': null,
};

/**
 * `name.json` with topology and weights manifest, and `name.group1-shard1of1.bin` with the weights: kernels are `[in, out]`.
 * F16 is tfjs' own quantisation, which it undoes while it loads. Throws `StudioError` for a ViT, for BF16,
 * for gelu-tanh and quick-gelu.
 */
export function tfjsFiles(name: string, model: Model, { floatType, metadata }: TfjsOptions): OutputFile[] {
  const { architecture, weights } = model;
  if (architecture.kind !== 'mlp') {
    throw refusal(
      name,
      'A TensorFlow.js layers model cannot hold a vision transformer: it has no layer for its tokens and attention.',
      'Choose ONNX, which holds the whole network, or safetensors.',
    );
  }
  if (floatType === 'BF16') {
    throw refusal(name, 'TensorFlow.js has no BF16 weights.', 'Choose F32 or F16, or safetensors for BF16.');
  }
  const layers = layersOf(name, architecture);
  const tensors = layers.flatMap(({ canonical, config }) => [
    [`${config.name}/kernel`, transposed(weightOf(model, `${canonical}.weight`))] as const,
    [`${config.name}/bias`, weightOf({ weights }, `${canonical}.bias`)] as const,
  ]);
  const quantization = floatType === 'F16' ? { original_dtype: 'float32', dtype: 'float16' } : undefined;
  const manifest = tensors.map(([tensor, { shape }]) => ({ name: tensor, shape, dtype: 'float32', quantization }));
  const binary = `${name}.group1-shard1of1.bin`;
  const description = {
    format: 'layers-model',
    generatedBy: 'FS-Merge Studio',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'sequential', layers: layers.map(({ config }) => ({ class_name: 'Dense', config })) },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [{ paths: [binary], weights: manifest }],
    userDefinedMetadata: metadata,
  };
  return [
    outputFile(`${name}.json`, [textPiece(JSON.stringify(description))]),
    outputFile(
      binary,
      tensors.map(([tensor, weight]) => tensorPiece(tensor, weight, floatType)),
    ),
  ];
}

function layersOf(file: string, { inputs, widths, activation, classes }: Perceptron) {
  const activationName = activationNames[activation];
  if (activationName === null) {
    throw refusal(
      file,
      `A TensorFlow.js layers model cannot hold this MLP: TensorFlow.js loads no activation ${activation}.`,
      'Choose ONNX, which spells it out, or safetensors.',
    );
  }
  return [...widths, classes].map((units, index) => ({
    canonical: index === widths.length ? 'head' : `layers.${index}`,
    config: {
      name: `dense_${index + 1}`,
      trainable: true,
      dtype: 'float32',
      units,
      activation: index === widths.length ? 'linear' : activationName,
      use_bias: true,
      ...(index === 0 ? { batch_input_shape: [null, inputs] } : {}),
    },
  }));
}

function weightOf({ weights }: Pick<Model, 'weights'>, name: string): Weight {
  const weight = weights.get(name);
  if (!weight) throw new RangeError(`the model has no parameter ${name}`);
  return weight;
}

/** `[out, in]` → `[in, out]`, when its values are asked for. */
function transposed({ shape: [rows = 0, columns = 0], values }: Weight): Weight {
  return {
    shape: [columns, rows],
    get values() {
      const turned = new Float32Array(values.length);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]!;
      }
      return turned;
    },
  };
}

const refusal = (subject: string, message: string, advice: string) =>
  new StudioError({ kind: 'file', message, advice, subject });
