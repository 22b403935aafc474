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
import { hasSimd, registerWasm, wasmLabel } from './wasm/wasm.ts';
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
  /**
   * Called when the GPU reports an error, or is lost: what was computed since is not to be trusted. One that is lost can be had anew,
   * by choosing the backend again.
   */
  onGpuError(error: StudioError, lost: boolean): void;
}

/** Makes `choice` (or the best that starts) the backend of every later computation. Throws `StudioError` when it cannot be had. */
export async function useBackend(choice: BackendChoice, options: BackendOptions): Promise<BackendStatus> {
  const adapter = await findAdapter();
  const { name, failures } = await startFirst(choice === 'auto' ? bestBackends(adapter) : [choice], adapter, options);
  return {
    name,
    choice,
    label: await label(name, adapter),
    reason: await reason(choice, name, adapter, failures),
    memory: memoryOf(name),
    available: [
      { name: 'webgpu', usable: adapter.adapter !== null, note: adapter.note },
      { name: 'wasm', usable: hasWasm(), note: hasWasm() ? 'Fast on any processor.' : noWasm },
      { name: 'cpu', usable: true, note: 'Plain JavaScript, slow; the last resort.' },
    ],
  };
}

const hasWasm = (): boolean => typeof WebAssembly === 'object';
const noWasm = 'This browser has no WebAssembly.';

/** The best first. */
function bestBackends({ adapter, software }: AdapterReport): BackendName[] {
  return [...(adapter && !software ? ['webgpu' as const] : []), ...(hasWasm() ? ['wasm' as const] : []), 'cpu'];
}

/** Starts the first of them that can; says why those before it could not. */
async function startFirst(
  names: readonly BackendName[],
  adapter: AdapterReport,
  options: BackendOptions,
): Promise<{ name: BackendName; failures: string[] }> {
  const failures: string[] = [];
  for (const name of names) {
    try {
      await start(name, adapter, options);
      return { name, failures };
    } catch (error) {
      if (!(error instanceof StudioError) || name === names.at(-1)) throw error;
      failures.push(error.info.message);
    }
  }
  throw new RangeError('no backend was asked for');
}

async function start(name: BackendName, adapter: AdapterReport, options: BackendOptions): Promise<void> {
  if (name === 'webgpu') {
    if (!adapter.adapter) throw unavailable('WebGPU', adapter.note);
    registerWebGPU(adapter, options.onGpuError);
  }
  if (!(await activate(name, options))) throw unavailable(name === 'wasm' ? 'WebAssembly' : name, 'it failed to start');
  if (name === 'webgpu') await startKernels(tf.backend() as WebGPUBackend, adapter, options);
}

async function activate(name: BackendName, { wasmPaths }: BackendOptions): Promise<boolean> {
  try {
    if (name === 'wasm') await registerWasm(wasmPaths);
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

async function reason(
  choice: BackendChoice,
  name: BackendName,
  adapter: AdapterReport,
  failures: readonly string[],
): Promise<string> {
  if (choice !== 'auto') {
    const note = name === 'webgpu' && adapter.software ? [adapter.note] : await lacking(name);
    return ['Chosen by you.', ...note].join(' ');
  }
  if (name === 'webgpu') return 'This browser has a hardware GPU.';
  const before = failures.length > 0 ? failures : [adapter.note];
  if (name === 'wasm') return [...before, 'WebAssembly is the fastest here.', ...(await lacking(name))].join(' ');
  const missing = hasWasm() ? [] : [noWasm];
  return [...before, ...missing, 'Plain JavaScript is left, which is slow.'].join(' ');
}

/** What makes a backend slower than it is elsewhere. */
const lacking = async (name: BackendName): Promise<string[]> =>
  name === 'wasm' && !(await hasSimd())
    ? ['It has no SIMD in this browser, which makes training several times slower.']
    : [];

const unavailable = (backend: string, why: string) =>
  new StudioError({
    kind: 'backend',
    message: `The backend ${backend} cannot be used: ${why.replace(/\.$/, '')}.`,
    advice: 'Choose another backend, or "auto".',
    subject: backend,
  });
