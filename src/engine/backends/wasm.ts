/** The WebAssembly backend. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { registerFastKernels } from './wasm-kernels.ts';

/** Where the binaries are: URLs in a browser, file paths in Node. */
export interface WasmPaths {
  plain: string;
  simd: string;
}

let registered = false;

/** Prepares backend "wasm"; it starts when it is set. */
export async function registerWasm(paths: WasmPaths): Promise<void> {
  if (registered) return;
  registered = true;
  // tfjs' own threads never start more than one and crash in a bundled worker.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': paths.plain,
    'tfjs-backend-wasm-simd.wasm': paths.simd,
    'tfjs-backend-wasm-threaded-simd.wasm': paths.simd,
  });
  registerFastKernels();
}
