import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model, VisionTransformer } from '../architectures/model.ts';
import { concatenate, parameterShapes, sizeOf } from '../architectures/model.ts';
import { loadModel, overrideFacts, recogniseSource } from '../architectures/source.ts';
import { readImageFile } from '../datasets/files/npz.ts';
import { selectImages } from '../datasets/image-file.ts';
import type { ImageSet } from '../datasets/images.ts';
import { networkInputs } from '../datasets/images.ts';
import { readCheckpoint } from '../formats/detect.ts';
import { readNpz } from '../formats/npz.ts';
import { logits } from '../network/network.ts';
import { disposeAll, toBackend, weightAndBias } from '../network/parameters.ts';
import { linear } from '../ops/linear.ts';
import { seededRandom } from '../random.ts';
import { normals } from '../supernet/matrix-kind.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { readFixture, useNodeBackend } from '../testing/node.ts';
import { bicubicMatrix, bilinearMatrix, resizeVit } from './resize-vit.ts';

beforeAll(() => useNodeBackend('cpu'));

const random = (seed: number, vit: VisionTransformer = smallVit) => randomModel(vit, seededRandom(seed));
const valuesOf = (model: Model, name: string) => model.weights.get(name)?.values ?? new Float32Array();

/** A random model with one of its weights set. */
function withWeight(vit: VisionTransformer, name: string, values: Float32Array): Model {
  const model = random(1, vit);
  const shape = parameterShapes(vit).get(name) ?? [];
  return { ...model, weights: new Map(model.weights).set(name, { shape, values }) };
}

/** Bilinear resize of one square picture, pixel by pixel: apart from the code that is tested. */
function enlarge(picture: ArrayLike<number>, from: number, to: number): Float32Array {
  const along = (output: number) => {
    const place = Math.min(Math.max(((output + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(place);
    return { low, high: Math.min(low + 1, from - 1), share: place - low };
  };
  return Float32Array.from({ length: to * to }, (_, index) => {
    const y = along(Math.floor(index / to));
    const x = along(index % to);
    const row = (line: number) =>
      (picture[line * from + x.low] ?? 0) * (1 - x.share) + (picture[line * from + x.high] ?? 0) * x.share;
    return row(y.low) * (1 - y.share) + row(y.high) * y.share;
  });
}

/** The same for square pictures one after the other. */
function enlargeAll(pictures: Float32Array, from: number, to: number): Float32Array {
  const at = (picture: number) => enlarge(pictures.subarray(picture * from ** 2), from, to);
  return concatenate(Array.from({ length: pictures.length / from ** 2 }, (_, picture) => at(picture)));
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);

/** Largest absolute difference; NaN when lengths differ. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length
    ? Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0)
    : Number.NaN;

/** Kernel `[width, channels, patch²]` of one output and channel. */
const kernelOf = (model: Model, output: number, channel: number): Float32Array => {
  const { channels, patch } = model.architecture as VisionTransformer;
  const start = (output * channels + channel) * patch ** 2;
  return valuesOf(model, 'patches.weight').subarray(start, start + patch ** 2);
};

describe('resize matrices', () => {
  it('bilinear, by hand', () => {
    expect(bilinearMatrix(2, 4).to1DArray()).toEqual([1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1]);
    expect(bilinearMatrix(4, 2).to1DArray()).toEqual([0.5, 0.5, 0, 0, 0, 0, 0.5, 0.5]);
    // No antialiasing: the two nearest pixels at any scale.
    expect(bilinearMatrix(4, 1).to1DArray()).toEqual([0, 0.5, 0.5, 0]);
  });

  it('bicubic: Keys’ weights at offsets 0.25 and 0.75, edges repeated', () => {
    // a = −¾ at distances 1¼, ¼, ¾, 1¾
    const quarter = [-27 / 256, 225 / 256, 67 / 256, -9 / 256];
    const matrix = bicubicMatrix(4, 8);
    expect(matrix.getRow(3)).toEqual(quarter); // at 1.25
    expect(matrix.getRow(4)).toEqual([...quarter].reverse()); // at 1.75
    expect(matrix.getRow(0)).toEqual([(-9 + 67 + 225) / 256, -27 / 256, 0, 0]); // at −0.25
    expect(matrix.getRow(7)).toEqual([0, 0, -27 / 256, (-9 + 67 + 225) / 256]);
  });

  it.each([
    ['bilinear', bilinearMatrix],
    ['bicubic', bicubicMatrix],
  ])('%s: rows sum to 1, equal sizes are the identity', (_, build) => {
    const sums = [build(1, 3), build(3, 7), build(7, 3)].flatMap((matrix) => matrix.sum('row'));
    for (const sum of sums) expect(sum).toBeCloseTo(1, 12);
    expect(build(3, 3).to1DArray()).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });
});

describe('patch kernels', () => {
  it.each([
    [2, 4],
    [7, 8],
  ])('enlarged from %d to %d pixels see in an enlarged patch what they saw in the patch', (patch, to) => {
    const vit = { ...smallVit, image: 2 * patch, patch };
    const model = random(2, vit);
    const resized = resizeVit(model, { image: 2 * to, patch: to });
    const noise = seededRandom(9);
    for (let output = 0; output < vit.width; output++) {
      for (let channel = 0; channel < vit.channels; channel++) {
        const x = normals([patch ** 2], 1, noise).values;
        const seen = dot(enlarge(x, patch, to), kernelOf(resized, output, channel));
        expect(Math.abs(seen - dot(x, kernelOf(model, output, channel)))).toBeLessThan(1e-5);
      }
    }
  });

  it.each([
    [4, 2],
    [8, 7],
  ])('shrunk from %d to %d pixels are the least squares', (patch, to) => {
    const model = random(2, { ...smallVit, image: patch, patch });
    const shrunk = resizeVit(model, { image: to, patch: to });
    const columns = Array.from({ length: patch ** 2 }, (_, pixel) => {
      const unit = new Float32Array(patch ** 2).fill(1, pixel, pixel + 1);
      return enlarge(unit, patch, to); // column of B
    });
    const kernel = kernelOf(shrunk, 3, 1);
    const before = kernelOf(model, 3, 1);
    const errors = columns.map((column, pixel) => dot(column, kernel) - (before[pixel] ?? Number.NaN));
    expect(Math.hypot(...errors)).toBeGreaterThan(1e-2); // B shrinks: something is lost
    for (let pixel = 0; pixel < to ** 2; pixel++) {
      // Normal equations, B (Bᵀ ŵ − w) = 0. B has full rank, so that no other ŵ solves them.
      const row = columns.map((column) => column[pixel] ?? 0);
      expect(Math.abs(dot(row, errors))).toBeLessThan(1e-5);
    }
  });

  it('by hand: a constant kernel stays constant and keeps its sum', () => {
    const model = withWeight(smallVit, 'patches.weight', new Float32Array(8 * 2 * 4).fill(3));
    const larger = resizeVit(model, { image: 8, patch: 4 });
    expect(distance(valuesOf(larger, 'patches.weight'), new Float32Array(8 * 2 * 16).fill(3 / 4))).toBeLessThan(1e-6);
    const smaller = resizeVit(larger, { image: 4, patch: 2 });
    expect(distance(valuesOf(smaller, 'patches.weight'), new Float32Array(8 * 2 * 4).fill(3))).toBeLessThan(1e-6);
  });

  it('by hand: the kernel of one corner pixel, 2 → 4', () => {
    const kernels = new Float32Array(8 * 2 * 4);
    kernels[(5 * 2 + 1) * 4 + 1] = 1; // output 5, channel 1, row 0, column 1
    const larger = resizeVit(withWeight(smallVit, 'patches.weight', kernels), { image: 8, patch: 4 });
    // Along one axis pinv(Rᵀ) = R (RᵀR)⁻¹; RᵀR = [1.625 0.375; 0.375 1.625] has the inverse [0.65 −0.15; −0.15 0.65].
    const first = [0.65, 0.45, 0.05, -0.15];
    const last = [...first].reverse();
    const expected = first.flatMap((y) => last.map((x) => y * x));
    expect(distance(kernelOf(larger, 5, 1), expected)).toBeLessThan(1e-6);
    expect(distance(kernelOf(larger, 5, 0), new Float32Array(16))).toBe(0);
    expect(distance(kernelOf(larger, 4, 1), new Float32Array(16))).toBe(0);
  });
});

describe('positions', () => {
  const vit: VisionTransformer = { ...smallVit, image: 8 }; // 4 × 4 patches
  const place = (side: number, at: (y: number, x: number, channel: number) => number) =>
    Float32Array.from({ length: (1 + side ** 2) * 8 }, (_, index) => {
      const token = Math.floor(index / 8) - 1;
      return token < 0 ? -100 - index : at(Math.floor(token / side), token % side, index % 8);
    });

  it('a constant grid stays constant, larger or smaller, and the class token keeps its own', () => {
    const level = (_y: number, _x: number, channel: number) => channel - 2.5;
    const model = withWeight(vit, 'positions', place(4, level));
    for (const side of [1, 3, 5, 8]) {
      const positions = valuesOf(resizeVit(model, { image: 2 * side, patch: 2 }), 'positions');
      expect(distance(positions, place(side, level)), `${side}`).toBeLessThan(1e-5);
    }
  });

  it('a ramp stays a ramp inside, up to the 3/64 that a = −¾ bends it', () => {
    const ramp = (y: number, x: number, channel: number) => (channel % 2 === 0 ? 10 * y + x : 0);
    const model = withWeight(vit, 'positions', place(4, ramp));
    const positions = valuesOf(resizeVit(model, { image: 16, patch: 2 }), 'positions');
    const at = (y: number, x: number, channel = 2) => positions[(1 + y * 8 + x) * 8 + channel];
    // Outputs 3 and 4 lie at 1.25 and 1.75 and have all their taps inside.
    const [low, high] = [1.25 + 3 / 64, 1.75 - 3 / 64];
    expect(at(3, 3)).toBeCloseTo(10 * low + low, 4);
    expect(at(3, 4)).toBeCloseTo(10 * low + high, 4);
    expect(at(4, 3)).toBeCloseTo(10 * high + low, 4);
    expect(at(4, 3, 5)).toBe(0);
  });

  it('three times as many: every third is an old one', () => {
    const model = random(4, vit);
    const positions = valuesOf(resizeVit(model, { image: 24, patch: 2 }), 'positions');
    const old = valuesOf(model, 'positions');
    for (let patch = 0; patch < 16; patch++) {
      const [y, x] = [3 * Math.floor(patch / 4) + 1, 3 * (patch % 4) + 1];
      const there = (1 + y * 12 + x) * 8;
      expect(distance(positions.subarray(there, there + 8), old.subarray(8 + 8 * patch, 16 + 8 * patch))).toBeLessThan(
        1e-6,
      );
    }
  });
});

describe('resizeVit', () => {
  it('hands back a model of that size itself', () => {
    const model = random(1);
    expect(resizeVit(model, { image: 4, patch: 2 })).toBe(model);
  });

  it.each([
    { image: 8, patch: 2, changed: ['positions'] },
    { image: 4, patch: 1, changed: ['patches.weight', 'positions'] },
    { image: 4, patch: 4, changed: ['patches.weight', 'positions'] },
    { image: 8, patch: 4, changed: ['patches.weight'] },
    { image: 6, patch: 3, changed: ['patches.weight'] },
  ])('$image pixels, patches of $patch: right shapes, all else shared', ({ image, patch, changed }) => {
    const model = random(1);
    const resized = resizeVit(model, { image, patch });
    expect(resized.architecture).toEqual({ ...smallVit, image, patch });
    const shapes = [...resized.weights].map(([name, { shape, values }]) => {
      expect(values.length, name).toBe(sizeOf(shape));
      expect(values.every(Number.isFinite), name).toBe(true);
      return [name, [...shape]];
    });
    expect(shapes).toEqual([...parameterShapes(resized.architecture)]);
    const own = [...resized.weights].filter(([name, weight]) => model.weights.get(name) !== weight);
    expect(own.map(([name]) => name)).toEqual(changed);
  });

  it('refuses patches that do not tile the image, and an MLP', () => {
    for (const image of [0, 2, 7, 10]) expect(() => resizeVit(random(1), { image, patch: 4 })).toThrow(RangeError);
    for (const patch of [0, 0.5, 3]) expect(() => resizeVit(random(1), { image: 4, patch })).toThrow(RangeError);
    expect(() => resizeVit(randomModel(smallMlp, seededRandom(1)), { image: 4, patch: 2 })).toThrow(RangeError);
  });
});

describe('a resized ViT on enlarged images', () => {
  it('is the same function when each patch is enlarged on its own', () => {
    const model = random(6);
    const { values } = normals([5, 4, 2 * 4], 1, seededRandom(8)); // [images, patches, channels · patch²]
    const small = run(model, tf.tensor3d(values, [5, 4, 8]));
    const large = run(resizeVit(model, { image: 8, patch: 4 }), tf.tensor3d(enlargeAll(values, 2, 4), [5, 4, 32]));
    expect(distance(large.embeddings, small.embeddings)).toBeLessThan(1e-5);
    expect(distance(large.logits, small.logits)).toBeLessThan(1e-5);
  });

  it('takes channels and pixels as images are cut into patches', () => {
    const model = random(7, { ...smallVit, patch: 4 }); // the image is one patch
    const planes = normals([2 * 4 * 4], 1, seededRandom(8)).values;
    const image = (values: Float32Array, side: number) => ({
      count: 1,
      shape: [side, side, 2] as const,
      pixels: values.map((_, index) => values[(index % 2) * side ** 2 + Math.floor(index / 2)] ?? 0), // channels last
      labels: new Int32Array(1),
    });
    const resized = resizeVit(model, { image: 8, patch: 8 });
    const small = run(model, networkInputs(model.architecture, image(planes, 4), [0]));
    const large = run(resized, networkInputs(resized.architecture, image(enlargeAll(planes, 4, 8), 8), [0]));
    expect(distance(large.logits, small.logits)).toBeLessThan(1e-5);
  });

  it('the demo ViT at twice the size answers as before on whole images enlarged', async () => {
    const source = recogniseSource(await readCheckpoint(await readFixture('public/demo/vit/vit-mnist.safetensors')));
    const model = await loadModel(overrideFacts(source, { heads: 4 }));
    const file = await readImageFile(await readNpz(await readFixture('public/demo/images/mnist.npz')));
    if (!file) throw new Error('no images');
    const rows = Array.from({ length: 100 }, (_, row) => row);
    const { pixels, ...images } = selectImages(file.test, rows);
    const grey = Float32Array.from(pixels, (value) => value / 255); // 0 to 1
    const resized = resizeVit(model, { image: 56, patch: 14 });
    const enlarged: ImageSet = { ...images, shape: [56, 56, 1], pixels: enlargeAll(grey, 28, 56) };
    const small = run(model, networkInputs(model.architecture, { ...images, pixels: grey }, rows));
    const large = run(resized, networkInputs(resized.architecture, enlarged, rows));
    // Pixels at the edge of a patch see its neighbour, hence not the same.
    const difference = large.embeddings.map((value, index) => value - (small.embeddings[index] ?? Number.NaN));
    const relative = Math.sqrt(dot(difference, difference) / dot(small.embeddings, small.embeddings));
    expect(relative).toBeLessThan(0.1);
    const agreeing = rows.filter((row) => small.classes[row] === large.classes[row]);
    expect(agreeing.length).toBeGreaterThanOrEqual(97);
  });

  /** Patch embeddings before positions, one row a patch; logits; the class of the largest logit. */
  function run({ architecture, weights }: Model, inputs: tf.Tensor) {
    const parameters = toBackend(weights);
    const results = tf.tidy(() => {
      const rows = tf.reshape(inputs, [-1, inputs.shape[2] ?? 0]) as tf.Tensor2D;
      const scores = logits(architecture, parameters, inputs);
      return {
        embeddings: linear(rows, ...weightAndBias(parameters, 'patches')).dataSync<'float32'>(),
        logits: scores.dataSync<'float32'>(),
        classes: tf.argMax(scores, 1).dataSync<'int32'>(),
      };
    });
    disposeAll(parameters);
    return results;
  }
});
