/** Proof that exported files are the merged model: read them like any checkpoint, compare every weight, measure it, compare its logits. */
import type { Architecture, Model } from '../architectures/model.ts';
import type { SchemeMatch } from '../architectures/naming.ts';
import { factsKey, loadModel, overrideFacts, recogniseSource } from '../architectures/source.ts';
import { nameWeights } from '../architectures/tables.ts';
import type { TaskImages } from '../datasets/images.ts';
import { readCheckpoint } from '../formats/detect.ts';
import type { ExportFloat, OutputFile } from '../formats/write/output.ts';
import type { FactOverrides } from '../recipe.ts';
import type { ByteSource, NamedSource } from '../tensors/byte-source.ts';
import { fileError } from '../tensors/file-error.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import type { Predictor, Score } from './evaluate.ts';
import { evaluate, predict } from './evaluate.ts';
import { modelPredictor } from './predictors.ts';

/** Test images of each task whose logits are compared. */
const comparedImages = 250;
const again = 'Export it again, to another place if need be.';

/** safetensors in one file or in shards, a PyTorch file or an npz file, as `exportFiles` made them of `model`. */
export interface Export {
  files: readonly NamedSource[];
  model: Model;
  naming: Pick<SchemeMatch, 'rulesFor'>;
  floatType: ExportFloat;
}

export interface ReadBack {
  score: Score;
  /** Largest absolute difference of a weight from the original's: what rounding to the float type took. */
  largestWeightDifference: number;
  /** Largest absolute difference of a joint logit from the original's. */
  largestLogitDifference: number;
}

/** Throws `StudioError` when a weight is missing or differs from the original's by more than rounding. */
export async function readBack(exported: Export, original: Predictor, tasks: readonly TaskImages[]): Promise<ReadBack> {
  const { model, largestWeightDifference } = await readWeightsBack(exported);
  const predictor = modelPredictor(model, original.classes);
  try {
    const score = await evaluate(predictor, tasks);
    let largest = 0;
    for (const { test } of tasks) {
      const end = Math.min(comparedImages, test.count);
      const [ours, theirs] = [await predict(original, test, 0, end), await predict(predictor, test, 0, end)];
      for (const [index, logit] of ours.joint.entries()) {
        largest = Math.max(largest, Math.abs(logit - (theirs.joint[index] ?? Number.NaN)));
      }
    }
    return { score, largestWeightDifference, largestLogitDifference: largest };
  } finally {
    predictor.dispose();
  }
}

/**
 * The model that the files hold, every tensor compared with what was to be written. Throws `StudioError` when one is missing or
 * holds other numbers than the original's, rounded.
 */
export async function readWeightsBack({ files, model, naming, floatType }: Export): Promise<{
  model: Model;
  largestWeightDifference: number;
}> {
  const checkpoint = await open(files);
  let largestWeightDifference = 0;
  for (const [name, weight] of nameWeights(model.architecture, model.weights, naming.rulesFor(model.architecture))) {
    const difference = await differenceOf(checkpoint, name, weight.values, floatType);
    largestWeightDifference = Math.max(largestWeightDifference, difference);
  }
  const source = recogniseSource(checkpoint);
  // PyTorch and npz files have no place for what weights cannot tell.
  const told = checkpoint.metadata[factsKey] !== undefined;
  const read = await loadModel(told ? source : overrideFacts(source, factsOf(model.architecture)));
  return { model: read, largestWeightDifference };
}

/**
 * Compares what lies on the disk, or wherever it went, byte by byte with what was to be written, whatever the container.
 * Throws `StudioError` at the first difference.
 */
export async function checkBytes(file: OutputFile, written: ByteSource): Promise<void> {
  if (written.size !== file.bytes) {
    throw fileError(file.name, `${file.name} has ${written.size} bytes; ${file.bytes} were to be written.`, again);
  }
  let position = 0;
  for (const chunk of file.chunks()) {
    const bytes = await written.read(position, position + chunk.length);
    const wrong = firstDifference(chunk, bytes);
    if (wrong < chunk.length) {
      throw fileError(
        file.name,
        `${file.name} is not what was to be written, from byte ${position + wrong} on.`,
        again,
      );
    }
    position += chunk.length;
  }
}

/** The place of the first byte that differs; the length where none does. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  let index = 0;
  while (index < a.length && a[index] === b[index]) index++;
  return index;
}

/** Shards side by side, each by its own header; their index is no checkpoint. */
async function open(files: readonly NamedSource[]): Promise<Checkpoint> {
  const shards: Checkpoint[] = [];
  for (const file of files) if (!file.name.endsWith('.json')) shards.push(await readCheckpoint(file));
  const [first] = shards;
  if (!first) throw new RangeError('no files');
  return { ...first, tensors: new Map(shards.flatMap(({ tensors }) => [...tensors])) };
}

function factsOf(architecture: Architecture): FactOverrides {
  const { activation } = architecture;
  if (architecture.kind === 'mlp') return { activation };
  return { activation, heads: architecture.heads, epsilon: architecture.epsilon };
}

/** Half a unit in the last place: a share of the number, and no less than among the smallest numbers, which are evenly spaced. */
const rounding: Readonly<Record<ExportFloat, { relative: number; absolute: number }>> = {
  F32: { relative: 0, absolute: 0 },
  F16: { relative: 2 ** -11, absolute: 2 ** -25 },
  BF16: { relative: 2 ** -8, absolute: 2 ** -134 },
};

/** The largest absolute difference of an element of a tensor from what it was. */
async function differenceOf(
  { file, tensors }: Checkpoint,
  name: string,
  original: Float32Array,
  floatType: ExportFloat,
): Promise<number> {
  const tensor = tensors.get(name);
  if (!tensor) throw fileError(file, `${file} has no tensor "${name}".`, again);
  const { values } = await tensor.read();
  const { relative, absolute } = rounding[floatType];
  let largest = 0;
  for (const [index, value] of original.entries()) {
    const read = values[index] ?? Number.NaN;
    const difference = Math.abs(value - read);
    if (!(difference <= Math.max(relative * Math.abs(value), absolute))) {
      const message = `${file} does not hold the model: element ${index} of "${name}" is ${read}, and it was ${value}.`;
      throw fileError(file, message, again);
    }
    largest = Math.max(largest, difference);
  }
  return largest;
}
