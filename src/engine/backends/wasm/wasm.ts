/** The WebAssembly backend. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { bestBuild, chooseBuild, chosenBuild } from './build.ts';
import { registerKernels } from './kernels.ts';

/** Where the binaries are: URLs in a browser, file paths in Node. */
export interface WasmPaths {
  plain: string;
  simd: string;
}

let registration: Promise<void> | null = null;

/** Prepares backend "wasm"; it starts when it is set. */
export function registerWasm(paths: WasmPaths): Promise<void> {
  registration ??= register(paths);
  return registration;
}

async function register(paths: WasmPaths): Promise<void> {
  // tfjs' own threads never start more than one and crash in a bundled worker.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': paths.plain,
    'tfjs-backend-wasm-simd.wasm': paths.simd,
    'tfjs-backend-wasm-threaded-simd.wasm': paths.simd,
  });
  const build = bestBuild();
  if (!build) return;
  await chooseBuild(build);
  registerKernels();
}

export const hasSimd = async (): Promise<boolean> => Boolean(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'));

/** What the backend computes with. */
export async function wasmLabel(): Promise<string> {
  if (chosenBuild() === 'relaxed') return 'WASM relaxed SIMD';
  return (await hasSimd()) ? 'WASM SIMD' : 'WASM without SIMD';
}
