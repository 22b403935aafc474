/**
 * Choosing a tfjs backend. Hardware WebGPU first; a software adapter or none means wasm, which is 20 to 60 times faster
 * than WebGPU emulated on a processor; plain cpu last.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { StudioError } from '../errors.ts';
import type { WasmPaths } from './wasm/wasm.ts';
import { registerWasm, wasmLabel } from './wasm/wasm.ts';
import type { KernelOptions } from './webgpu/start.ts';
import { startKernels } from './webgpu/start.ts';
import type { AdapterReport } from './webgpu/webgpu.ts';
import { findAdapter, registerWebGPU } from './webgpu/webgpu.ts';

export type BackendName = 'webgpu' | 'wasm' | 'cpu';
export type BackendChoice = 'auto' | BackendName;

/** Bytes; null where a backend says nothing. */
export interface MemoryLimits {
  /** Of all tensors together. */
  total: number | null;
  /** Of one tensor. */
  largest: number | null;
}

export interface BackendStatus {
  name: BackendName;
  choice: BackendChoice;
  /** "WebGPU · Apple M3", "WASM relaxed SIMD". */
  label: string;
  /** One sentence: why this one. */
  reason: string;
  /** What it can hold. */
  memory: MemoryLimits;
  /** Each backend, and why it cannot be had where it cannot. */
  available: { name: BackendName; usable: boolean; note: string }[];
}

export interface BackendOptions extends KernelOptions {
  wasmPaths: WasmPaths;
  /** Called when the GPU reports an error or is lost: what was computed since is not to be trusted. */
  onGpuError(error: StudioError): void;
}

/** Makes `choice` (or the best there is) the backend of every later computation. Throws `StudioError` when it cannot be had. */
export async function useBackend(choice: BackendChoice, options: BackendOptions): Promise<BackendStatus> {
  const adapter = await findAdapter();
  const name = choice === 'auto' ? bestBackend(adapter) : choice;
  if (name === 'webgpu') {
    if (!adapter.adapter) throw unavailable('WebGPU', adapter.note);
    registerWebGPU(adapter, options.onGpuError);
  }
  if (name === 'wasm') await registerWasm(options.wasmPaths);
  if (!(await activate(name))) throw unavailable(name === 'wasm' ? 'WebAssembly' : name, 'it failed to start');
  if (name === 'webgpu') await startKernels(tf.backend() as WebGPUBackend, adapter, options);
  return {
    name,
    choice,
    label: await label(name, adapter),
    reason: reason(choice, name, adapter),
    memory: memoryOf(name),
    available: [
      { name: 'webgpu', usable: adapter.adapter !== null, note: adapter.note },
      { name: 'wasm', usable: typeof WebAssembly === 'object', note: 'Fast on any processor.' },
      { name: 'cpu', usable: true, note: 'Plain JavaScript, slow; the last resort.' },
    ],
  };
}

function bestBackend(adapter: AdapterReport): BackendName {
  if (adapter.adapter && !adapter.software) return 'webgpu';
  return typeof WebAssembly === 'object' ? 'wasm' : 'cpu';
}

async function activate(name: BackendName): Promise<boolean> {
  try {
    const active = await tf.setBackend(name);
    await tf.ready();
    return active;
  } catch (cause) {
    throw unavailable(name, cause instanceof Error ? cause.message : String(cause));
  }
}

/** tfjs' wasm heap grows to 4 GiB less a page; a GPU tells its largest buffer, and nothing of the rest. */
function memoryOf(name: BackendName): MemoryLimits {
  if (name === 'wasm') return { total: 4294901760, largest: null };
  if (name === 'cpu') return { total: null, largest: null };
  const { limits } = (tf.backend() as WebGPUBackend).device;
  return { total: null, largest: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) };
}

async function label(name: BackendName, adapter: AdapterReport): Promise<string> {
  switch (name) {
    case 'webgpu':
      return `WebGPU · ${adapter.description}`;
    case 'wasm':
      return wasmLabel();
    case 'cpu':
      return 'CPU (JavaScript)';
    default:
      throw name satisfies never;
  }
}

function reason(choice: BackendChoice, name: BackendName, adapter: AdapterReport): string {
  if (choice !== 'auto')
    return name === 'webgpu' && adapter.software ? `Chosen by you. ${adapter.note}` : 'Chosen by you.';
  if (name === 'webgpu') return 'This browser has a hardware GPU.';
  return `${adapter.note} WebAssembly is the fastest here.`;
}

const unavailable = (backend: string, why: string) =>
  new StudioError({
    kind: 'backend',
    message: `The backend ${backend} cannot be used: ${why.replace(/\.$/, '')}.`,
    advice: 'Choose another backend, or "auto".',
    subject: backend,
  });
