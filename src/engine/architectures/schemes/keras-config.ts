/** What Keras and TensorFlow.js say of a model beside its weights: its layers in order, with their activations. */
import { z } from 'zod';
import { StudioError } from '../../errors.ts';
import type { Activation } from '../../recipe.ts';
import { activationOf } from '../side-files/side-facts.ts';

export interface KerasModel {
  /** Names of the Dense layers, in order. */
  dense: string[];
  /** After each hidden layer. */
  activation: Activation;
  /** After the head, where classes become probabilities: "softmax"; null: nothing. */
  last: string | null;
  /** What a Rescaling before the layers does, as a mean and std of pixels from 0 to 1; null without one. */
  normalisation: { mean: number; std: number } | null;
}

interface Layer {
  class_name: string;
  config: Record<string, unknown>;
}

const layerSchema: z.ZodType<Layer> = z.object({ class_name: z.string(), config: z.record(z.string(), z.unknown()) });
/** Before Keras 2.3 the configuration of a Sequential is its list of layers. */
const modelSchema = z.object({
  config: z.union([z.array(layerSchema), z.object({ layers: z.array(layerSchema) }).transform(({ layers }) => layers)]),
});

/** Layers that give their input on, if in another shape. */
const silent = new Set([
  'InputLayer',
  'Flatten',
  'Reshape',
  'Dropout',
  'AlphaDropout',
  'GaussianNoise',
  'GaussianDropout',
]);
const probabilities = ['softmax', 'sigmoid', 'log_softmax'];

/**
 * Reads the description of a model; null when it is none, or not of Dense layers alone. Throws `StudioError` for layers and
 * activations that the studio does not compute.
 */
export function kerasModel(file: string, description: string | undefined): KerasModel | null {
  const layers = layersOf(description);
  if (!layers) return null;
  const dense: Dense[] = [];
  let normalisation: KerasModel['normalisation'] = null;
  for (const layer of layers) {
    const last = dense.at(-1);
    if (layer.class_name === 'Dense') dense.push(denseOf(layer));
    else if (!last && !normalisation && layer.class_name === 'Rescaling') normalisation = rescaling(file, layer);
    else if (last && isActivation(layer))
      last.activation = activationLayers.get(layer.class_name) ?? denseOf(layer).activation;
    else if (!silent.has(layer.class_name)) throw unknownLayer(file, layer);
  }
  const head = dense.at(-1);
  if (!head || dense.length < 2) return null;
  return {
    dense: dense.map(({ name }) => name),
    activation: oneActivation(file, dense.slice(0, -1)),
    last: lastActivation(file, head),
    normalisation,
  };
}

interface Dense {
  name: string;
  activation: string;
}

const denseOf = ({ config }: Layer): Dense => ({ name: String(config.name), activation: nameOf(config.activation) });

const activationLayers = new Map([
  ['ReLU', 'relu'],
  ['Softmax', 'softmax'],
]);
const isActivation = ({ class_name: kind }: Layer): boolean => kind === 'Activation' || activationLayers.has(kind);

/** `255 · scale · x + offset = (x - mean) / std`. */
function rescaling(file: string, layer: Layer): { mean: number; std: number } {
  const { data } = z.object({ scale: z.number().positive(), offset: z.number().default(0) }).safeParse(layer.config);
  if (!data) throw unknownLayer(file, layer);
  const scale = 255 * data.scale;
  return { mean: (0 - data.offset) / scale, std: 1 / scale };
}

function layersOf(description: string | undefined): Layer[] | null {
  if (description === undefined) return null;
  try {
    return modelSchema.safeParse(JSON.parse(description)).data?.config ?? null;
  } catch {
    return null;
  }
}

/** Keras 3 writes functions as objects. */
function nameOf(activation: unknown): string {
  if (typeof activation === 'string') return activation;
  const { data } = z.object({ config: z.string() }).safeParse(activation);
  return data?.config ?? 'linear';
}

function oneActivation(file: string, hidden: readonly Dense[]): Activation {
  const names = new Set(hidden.map(({ activation }) => activation));
  const [first] = names;
  if (names.size === 1 && first !== undefined) return activationOf(file, 'activation', first) ?? 'identity';
  throw new StudioError({
    kind: 'checkpoint',
    message: `The hidden layers of ${file} have different activations: ${hidden.map(({ name, activation }) => `"${name}" ${activation}`).join(', ')}.`,
    advice: 'The studio merges MLPs with one activation after every hidden layer.',
    subject: file,
  });
}

function lastActivation(file: string, { name, activation }: Dense): string | null {
  if (activation === 'linear') return null;
  if (probabilities.includes(activation)) return activation;
  throw new StudioError({
    kind: 'checkpoint',
    message: `The last layer of ${file}, "${name}", has the activation ${activation}, so that it gives no logits.`,
    advice: 'Use a model whose last layer is linear or a softmax.',
    subject: name,
  });
}

function unknownLayer(file: string, { class_name: kind, config }: Layer): StudioError {
  const name = String(config.name);
  return new StudioError({
    kind: 'checkpoint',
    message: `Layer "${name}" of ${file} is a ${kind}; leaving it out would change what the model computes.`,
    advice: 'The studio merges MLPs of Dense layers; do what stands before them to the images.',
    subject: name,
  });
}
