/**
 * Which variant of each kernel is the fastest on this device: each is run a few times on shapes of a small network, larger
 * ones on a faster device. What is not timed within the budget keeps its first variant, which has no barriers.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type * as tf from '@tensorflow/tfjs-core';
import type { Scale, Tunable } from './tunables.ts';
import { tunables } from './tunables.ts';
import type { KernelChoice, Variant } from './variants.ts';

export interface ChooseOptions {
  /** Lets variants in half precision be chosen. */
  half: boolean;
  /** Milliseconds. */
  budget: number;
}

const defaults: ChooseOptions = { half: false, budget: 900 };

/** From the smallest on, until a run takes long enough to be timed. */
const scales: readonly Scale[] = [
  { rows: 272, inputs: 64, outputs: 128 },
  { rows: 1576, inputs: 192, outputs: 768 },
  { rows: 6304, inputs: 384, outputs: 1536 },
];

/** Milliseconds that are told apart well. */
const longEnough = 3;
/** Runs that are timed together. */
const runs = 4;
const repetitions = 3;
/** How many times slower than the best a variant is timed no more. */
const hopeless = 2;
/** Largest difference from the first variant, relative to its largest number. */
const tolerances = { full: 1e-4, half: 1e-2 };

/** Times the variants on the backend's device. The choice is plain JSON. */
export async function chooseKernels(
  backend: WebGPUBackend,
  options: Partial<ChooseOptions> = {},
): Promise<KernelChoice> {
  const { half, budget } = { ...defaults, ...options };
  const deadline = performance.now() + budget;
  const choice: Record<string, string> = {};
  for (const [index, tunable] of tunables.entries()) {
    // The first ones, which matter most, may take a larger part of what is left of the time.
    const left = tunables.length - index;
    const until = performance.now() + (2 * (deadline - performance.now())) / (left + 1);
    const usable = tunable.variants.filter(({ lacks, half: inexact }) => !lacks(backend.device) && (half || !inexact));
    const fastest = await fastestOf(backend, tunable, usable, until);
    choice[tunable.operation] = fastest.name;
  }
  return choice;
}

/** Whether a choice from outside is one that this device can run: a device or the variants may have changed since. */
export function fits(backend: WebGPUBackend, choice: KernelChoice, half: boolean): boolean {
  return tunables.every(({ operation, variants }) => {
    const variant = variants.find(({ name }) => name === choice[operation]);
    return variant !== undefined && !variant.lacks(backend.device) && (half || !variant.half);
  });
}

async function fastestOf(
  backend: WebGPUBackend,
  tunable: Tunable,
  variants: readonly Variant[],
  deadline: number,
): Promise<Variant> {
  const first = variants[0] as Variant;
  if (performance.now() >= deadline) return first;
  const operands = await fitting(backend, tunable, first, deadline);
  const times = await timesOf(variants, (variant) => timeOf(backend, tunable, variant, operands), deadline);
  const ranking = [...times].sort(([, a], [, b]) => middle(a) - middle(b)).map(([variant]) => variant);
  let fastest = first;
  for (const variant of ranking) {
    if (variant === first || (await agrees(backend, tunable, first, variant, operands))) {
      fastest = variant;
      break;
    }
  }
  release(backend, operands);
  return fastest;
}

/** A few times for each variant, in turns, so that whatever else the device does slows all of them. */
async function timesOf(
  variants: readonly Variant[],
  time: (variant: Variant) => Promise<number>,
  deadline: number,
): Promise<Map<Variant, number[]>> {
  const times = new Map<Variant, number[]>();
  const best = () => Math.min(...[...times.values()].map(middle));
  for (const variant of variants) {
    if (performance.now() > deadline) break;
    const warm = await time(variant); // compiles: does not count
    if (Number.isFinite(warm)) times.set(variant, [await time(variant)]);
  }
  for (let repetition = 1; repetition < repetitions; repetition++) {
    for (const [variant, own] of times) {
      if (performance.now() > deadline) return times;
      if (middle(own) < hopeless * best()) own.push(await time(variant));
    }
  }
  return times;
}

const middle = (times: readonly number[]): number => {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.POSITIVE_INFINITY;
};

/** Operands that keep the device busy for long enough. The first run compiles. */
async function fitting(
  backend: WebGPUBackend,
  tunable: Tunable,
  variant: Variant,
  deadline: number,
): Promise<tf.TensorInfo[]> {
  for (const [index, scale] of scales.entries()) {
    const operands = tunable.shapes(scale).map((shape) => numbers(backend, shape));
    await timeOf(backend, tunable, variant, operands);
    const time = await timeOf(backend, tunable, variant, operands);
    if (time >= longEnough || index === scales.length - 1 || performance.now() > deadline) return operands;
    release(backend, operands);
  }
  return [];
}

/** Milliseconds of a few runs. Infinite for a variant that the device refuses: that is no error of the person's run. */
async function timeOf(
  backend: WebGPUBackend,
  tunable: Tunable,
  variant: Variant,
  operands: tf.TensorInfo[],
): Promise<number> {
  submit(backend);
  backend.device.pushErrorScope('validation');
  const start = performance.now();
  for (let index = 0; index < runs; index++) release(backend, tunable.run(backend, variant.name, operands));
  submit(backend);
  await backend.device.queue.onSubmittedWorkDone();
  const time = performance.now() - start;
  return (await backend.device.popErrorScope()) ? Number.POSITIVE_INFINITY : time;
}

async function agrees(
  backend: WebGPUBackend,
  tunable: Tunable,
  first: Variant,
  variant: Variant,
  operands: tf.TensorInfo[],
): Promise<boolean> {
  const [reference] = await results(backend, tunable, first, operands);
  const [own] = await results(backend, tunable, variant, operands);
  if (!reference || own?.length !== reference.length) return false;
  const size = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const tolerance = size * (variant.half ? tolerances.half : tolerances.full);
  return reference.every((value, index) => Math.abs(value - (own[index] ?? Number.NaN)) <= tolerance);
}

async function results(
  backend: WebGPUBackend,
  tunable: Tunable,
  variant: Variant,
  operands: tf.TensorInfo[],
): Promise<Float32Array[]> {
  const tensors = tunable.run(backend, variant.name, operands);
  const values = await Promise.all(tensors.map(({ dataId }) => backend.read(dataId) as Promise<Float32Array>));
  release(backend, tensors);
  return values;
}

/** Numbers in (−1, 1), none like its neighbours. */
function numbers(backend: WebGPUBackend, shape: number[]): tf.TensorInfo {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(size);
  for (let index = 0; index < size; index++) values[index] = ((index * 7919) % 2027) / 1013.5 - 1;
  return backend.makeTensorInfo(shape, 'float32', values);
}

function submit(backend: WebGPUBackend): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
}

const release = (backend: WebGPUBackend, tensors: readonly tf.TensorInfo[]): void => {
  for (const { dataId } of tensors) backend.disposeData(dataId);
};
