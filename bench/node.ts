/** Files of the repository and the wasm backend, for benchmarks that run in Node from the top folder. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { useBackend } from '../src/engine/backends/backends.ts';
import type { NamedSource } from '../src/engine/tensors/byte-source.ts';
import { bytesSource } from '../src/engine/tensors/byte-source.ts';

export const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

export const openFile = async (path: string): Promise<NamedSource> => ({
  name: path.split('/').at(-1) ?? path,
  source: bytesSource(new Uint8Array(await readFile(path))),
});

const binary = (name: string) => resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist', name);

export async function useWasm(): Promise<void> {
  await useBackend('wasm', {
    wasmPaths: { plain: binary('tfjs-backend-wasm.wasm'), simd: binary('tfjs-backend-wasm-simd.wasm') },
    onGpuError(error) {
      throw error;
    },
  });
}
