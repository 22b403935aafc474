/**
 * The WebGPU backend with our own factory: tfjs' own one crashes without an adapter, asks for few of its limits, and lets
 * validation errors pass, after which results are silently old.
 */
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { StudioError } from '../../errors.ts';
import { registerKernels } from './kernels.ts';

export interface AdapterReport {
  adapter: GPUAdapter | null;
  /** Emulated on the processor. */
  software: boolean;
  /** "Apple M3". */
  description: string;
  /** One sentence on what there is. */
  note: string;
}

const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];

/** Limits that large models run into; each is asked for as high as the adapter goes. */
const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
] as const;

/** Asks the browser for an adapter. Never throws. */
export async function findAdapter(): Promise<AdapterReport> {
  const none = (note: string): AdapterReport => ({ adapter: null, software: false, description: 'none', note });
  const gpu = globalThis.navigator?.gpu as GPU | undefined;
  if (!gpu) return none('This browser has no WebGPU.');
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (error) {
    return none(`This browser's WebGPU failed: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (!adapter) return none('This browser has WebGPU, but no GPU that it allows.');
  const { vendor, architecture, device, description } = adapter.info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ') || 'unnamed GPU';
  const software =
    adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${name} ${architecture}`);
  const note = software ? `This browser has only a software GPU (${name}).` : `GPU: ${name}.`;
  return { adapter, software, description: name, note };
}

/** The device of the backend. Others are of backends before it, and what happens to them is no news. */
let inUse: GPUDevice | null = null;

/** Registers backend "webgpu" on this adapter; it starts when it is set. */
export function registerWebGPU({ adapter }: AdapterReport, onError: (error: StudioError, lost: boolean) => void): void {
  if (!adapter) throw new Error('there is no adapter');
  registerKernels();
  inUse = null;
  if (tf.findBackendFactory('webgpu') !== null) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', async () => {
    const device = await adapter.requestDevice({
      requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(wantedLimits.map((limit) => [limit, adapter.limits[limit]])),
    });
    inUse = device;
    device.addEventListener('uncapturederror', ({ error }) => {
      if (inUse === device)
        onError(error instanceof GPUOutOfMemoryError ? gpuFull(error.message) : gpuError(error.message), false);
    });
    void device.lost.then(({ message }) => {
      if (inUse === device) onError(gpuLost(message), true);
    });
    return new WebGPUBackend(device, adapter.info);
  });
}

const gpuError = (message: string) =>
  new StudioError({
    kind: 'backend',
    message: `The GPU reported an error, so its results cannot be trusted: ${firstLine(message)}`,
    advice: 'Run again with the WASM backend; sources and recipe are kept.',
    subject: 'WebGPU',
  });

const gpuFull = (message: string) =>
  new StudioError({
    kind: 'backend',
    message: `The GPU is out of memory: ${firstLine(message)}`,
    advice: 'Choose a smaller batch or rank, or the WASM backend; sources and recipe are kept.',
    subject: 'WebGPU',
  });

const gpuLost = (message: string) =>
  new StudioError({
    kind: 'backend',
    message: `The GPU was lost${message ? `: ${firstLine(message)}` : '.'}`,
    advice: 'Run again: the studio starts the backend anew. If it happens again, choose the WASM backend.',
    subject: 'WebGPU',
  });

const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, 300) ?? '';
