/**
 * Operations whose fastest kernel hangs on the device come in variants: what each is called, and which one a device runs. A
 * choice is plain JSON, so that whoever starts the backend can keep it.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** Variant of each operation that has several: `{ product: 'registers8', columnSums: 'chunks', … }`. */
export type KernelChoice = Readonly<Record<string, string>>;

export interface Variant {
  name: string;
  /** Why this device cannot run it, or null. */
  lacks(device: GPUDevice): string | null;
  /** Less exact than f32: has to be allowed, and to pass a check of its results. */
  half?: boolean;
}

export const onEveryDevice = (): null => null;

export const needs =
  (...features: GPUFeatureName[]) =>
  (device: GPUDevice): string | null => {
    const missing = features.find((feature) => !device.features.has(feature));
    return missing ? `The device has no ${missing}.` : null;
  };

const choices = new WeakMap<GPUDevice, KernelChoice>();

/** From now on the backend runs these variants. */
export const setChoice = (backend: WebGPUBackend, choice: KernelChoice): void => {
  choices.set(backend.device, choice);
};

export const choiceOf = (backend: WebGPUBackend): KernelChoice => choices.get(backend.device) ?? {};

/** The chosen variant of an operation; the first one where none is chosen, or one that there is not. */
export function chosen<V extends Variant>(backend: WebGPUBackend, operation: string, variants: readonly V[]): V {
  const name = choiceOf(backend)[operation];
  const found = variants.find((variant) => variant.name === name && variant.lacks(backend.device) === null);
  return found ?? (variants[0] as V);
}
