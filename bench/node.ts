/** Files of the repository and tfjs backends, for benchmarks that run in Node from the top folder. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BackendName } from '../src/engine/backends/backends.ts';
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
  await useNode('wasm');
}

/** Label of the backend. */
export async function useNode(backend: BackendName): Promise<string> {
  const { label } = await useBackend(backend, {
    wasmPaths: { plain: binary('tfjs-backend-wasm.wasm'), simd: binary('tfjs-backend-wasm-simd.wasm') },
    onGpuError(error) {
      throw error;
    },
  });
  return label;
}
