/** Heads of classes for networks that give an embedding, or bare features: from texts, or from labelled images. */
import { StudioError } from '../errors.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { Model } from './model.ts';
import { featureWidth } from './model.ts';

/**
 * Zero-shot classes of a CLIP tower (Radford et al., arXiv 2103.00020, section 3.1.2): with the projection `(P, b)` as the head and text
 * embeddings T, rows scaled to length 1 (T̂), the head becomes `(T̂ P, T̂ b)`. A logit is the length of the image's embedding times
 * its cosine with the text: the largest is CLIP's, while CLIP's probabilities also divide by that length and by a temperature.
 * @param texts - `[classes, embedding]`, a row for each class
 * @throws `StudioError` where the model gives no embedding, or the texts have another width, no rows or a row without direction
 */
export function classHead(model: Model, texts: Weight): Model {
  const { architecture, weights } = model;
  if (architecture.kind !== 'vit' || architecture.output !== 'embedding') {
    throw problem('The head of this model gives classes already, not an embedding.', 'Use it without text embeddings.');
  }
  const [classes = 0, embedding = 0] = texts.shape;
  if (texts.shape.length !== 2 || classes === 0 || embedding !== architecture.classes) {
    throw problem(
      `The text embeddings have shape [${texts.shape.join(', ')}]; the model's embedding has ${architecture.classes} numbers.`,
      'Give one row for each class, computed by the text tower of the same model.',
    );
  }
  const width = featureWidth(architecture);
  const [projection, offset] = [expect(weights, 'head.weight'), expect(weights, 'head.bias')];
  const head = new Float32Array(classes * width);
  const bias = new Float32Array(classes);
  for (let row = 0; row < classes; row++) {
    const text = unit(texts.values.subarray(row * embedding, (row + 1) * embedding), row);
    head.set(Float32Array.from(product(text, projection, width)), row * width);
    bias[row] = text.reduce((sum, value, index) => sum + value * (offset[index] ?? 0), 0);
  }
  return withHead(model, classes, head, bias);
}

/**
 * Nearest class mean as a linear head (Snell, Swersky, Zemel, arXiv 1703.05175, section 2.4): with μ the mean feature of a class its logit
 * is `μ · f − |μ|² / 2`, which is largest for the mean that is nearest to f.
 * @param features - `[n, featureWidth]`, what the model's head reads of each image
 * @param labels - class of each image, 0 to classes − 1
 * @throws `StudioError` where a label is no class, or a class has no image; `RangeError` where features and labels are not as many
 */
export function prototypeHead(model: Model, features: Float32Array, labels: ArrayLike<number>, classes: number): Model {
  const width = featureWidth(model.architecture);
  if (features.length !== labels.length * width) {
    throw new RangeError(`${features.length} numbers are no features of ${labels.length} images, ${width} each`);
  }
  const means = new Float64Array(classes * width);
  const counts = countLabels(labels, classes);
  for (let image = 0; image < labels.length; image++) {
    const label = labels[image] ?? 0;
    const share = 1 / (counts[label] ?? 1);
    for (let one = 0; one < width; one++) {
      means[label * width + one] = (means[label * width + one] ?? 0) + share * (features[image * width + one] ?? 0);
    }
  }
  const bias = Float32Array.from({ length: classes }, (_, label) => {
    const mean = means.subarray(label * width, (label + 1) * width);
    return -mean.reduce((sum, value) => sum + value ** 2, 0) / 2;
  });
  return withHead(model, classes, Float32Array.from(means), bias);
}

/** Images of each class. */
function countLabels(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of Array.from(labels)) {
    if (!(label in counts)) {
      throw problem(
        `An image has the label ${label}, and there are ${classes} classes, 0 to ${classes - 1}.`,
        'Choose as many classes as the labels have.',
      );
    }
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const missing = counts.indexOf(0);
  if (missing >= 0) {
    throw problem(
      `Class ${missing} has no image whose features could stand for it.`,
      'Choose images of every class, or fewer classes.',
    );
  }
  return counts;
}

function withHead({ architecture, weights }: Model, classes: number, head: Float32Array, bias: Float32Array): Model {
  const changed = new Map(weights)
    .set('head.weight', { shape: [classes, featureWidth(architecture)], values: head })
    .set('head.bias', { shape: [classes], values: bias });
  if (architecture.kind === 'mlp') return { architecture: { ...architecture, classes }, weights: changed };
  return { architecture: { ...architecture, classes, output: 'classes' }, weights: changed };
}

/** The row at length 1, in double precision. */
function unit(row: Float32Array, index: number): Float64Array {
  const values = Float64Array.from(row);
  const length = Math.hypot(...values);
  if (length > 0 && Number.isFinite(length)) return values.map((value) => value / length);
  throw problem(
    `Text embedding ${index + 1} is 0 or not finite and has no direction.`,
    'Compute the text embeddings again.',
  );
}

/** `row · matrix`, matrix `[row's length, width]`. */
function product(row: Float64Array, matrix: Float32Array, width: number): Float64Array {
  const result = new Float64Array(width);
  for (const [index, value] of row.entries()) {
    for (let column = 0; column < width; column++) {
      result[column] = (result[column] ?? 0) + value * (matrix[index * width + column] ?? 0);
    }
  }
  return result;
}

function expect(weights: Model['weights'], name: string): Float32Array {
  const weight = weights.get(name);
  if (!weight) throw new RangeError(`the model has no ${name}`);
  return weight.values;
}

const problem = (message: string, advice: string): StudioError =>
  new StudioError({ kind: 'checkpoint', message, advice, subject: 'head' });
