/** Test support: files of the repository and tfjs backends in Node. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../backends/backends.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import type { ReadFixture } from './golden.ts';

const root = new URL('../../../', import.meta.url);

export const readFixture: ReadFixture = async (path) => ({
  name: path.split('/').at(-1) ?? path,
  source: bytesSource(new Uint8Array(await readFile(new URL(path, root)))),
});

const wasmPath = (file: string) =>
  fileURLToPath(new URL(`node_modules/@tensorflow/tfjs-backend-wasm/dist/${file}`, root));

/** The binaries of the wasm backend, as files. */
export const wasmPaths = { plain: wasmPath('tfjs-backend-wasm.wasm'), simd: wasmPath('tfjs-backend-wasm-simd.wasm') };

export async function useNodeBackend(name: 'cpu' | 'wasm'): Promise<void> {
  await useBackend(name, {
    wasmPaths,
    onGpuError(error) {
      throw error;
    },
  });
  if (tf.getBackend() !== name) throw new Error(`backend ${name} did not start`);
}
