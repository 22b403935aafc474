/** Test support: a worker's api with the MLP demo loaded, and its events. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Recipe } from '../engine/recipe.ts';
import { recipeSchema } from '../engine/recipe.ts';
import type { Surroundings } from './api.ts';
import { createApi } from './api.ts';
import type {
  BackendChoice,
  DroppedFile,
  ExportOptions,
  RunEvent,
  RunState,
  StudioApi,
  StudioEvent,
} from './protocol.ts';

const root = new URL('../../', import.meta.url);
const wasm = (name: string) => fileURLToPath(new URL(`node_modules/@tensorflow/tfjs-backend-wasm/dist/${name}`, root));

export async function demoFile(path: string): Promise<File> {
  return new File([await readFile(new URL(`public/demo/${path}`, root))], path.split('/').at(-1) ?? path);
}

/** As it is dropped alone. */
export const dropped = (file: File): DroppedFile => ({ path: file.name, file });

/** An export with the names of the first source, 32-bit safetensors. */
export const exportOptions = (scheme: string, changes: Partial<ExportOptions> = {}): ExportOptions => ({
  name: 'merged',
  scheme,
  container: 'safetensors',
  floatType: 'F32',
  shardBytes: null,
  ...changes,
});

export function recipe(method: object): Recipe {
  return recipeSchema.parse({
    sources: [
      source('mlp-mnist-0to4.pt', 'low digits', [0, 1, 2, 3, 4]),
      source('mlp-mnist-5to9.pt', 'high digits', [5, 6, 7, 8, 9]),
    ],
    method,
  });
}

export const source = (file: string, name: string, labels: number[]) => ({
  file,
  name,
  images: { file: 'mnist.npz', labels, train: 200 },
});

export const training = {
  name: 'fs-merge',
  kind: 'full',
  initialisation: 'average',
  learningRate: 1e-3,
  batchSize: 64,
  epochs: 6,
};

/** A worker's api with the MLP pair and its images loaded, and its events. */
export async function studio(
  files = ['mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt', 'images/mnist.npz'],
  { backend = 'wasm', ...surroundings }: Partial<Surroundings> & { backend?: BackendChoice } = {},
) {
  const api = createApi({
    wasmPaths: { plain: wasm('tfjs-backend-wasm.wasm'), simd: wasm('tfjs-backend-wasm-simd.wasm') },
    ...surroundings,
  });
  const events: StudioEvent[] = [];
  const waiting: { test: (event: StudioEvent) => boolean; resolve: () => void }[] = [];
  const status = await api.start((event) => {
    events.push(event);
    for (const { resolve } of waiting.filter(({ test }) => test(event))) resolve();
  }, backend);
  const loaded = await api.load((await Promise.all(files.map(demoFile))).map(dropped));
  const until = (test: (event: StudioEvent) => boolean) =>
    events.some(test) ? Promise.resolve() : new Promise<void>((resolve) => void waiting.push({ test, resolve }));
  return { api, events, status, loaded, until };
}

export const inState = (run: string, state: RunState) => (event: StudioEvent) =>
  event.type === 'state' && event.run === run && event.state === state;

export const points = (events: StudioEvent[], run: string) =>
  events.flatMap((event) => (event.type === 'training' && event.run === run ? event.points : []));

export const resultOf = (events: StudioEvent[], run: string) =>
  events.find((event): event is Extract<RunEvent, { type: 'result' }> => event.type === 'result' && event.run === run)
    ?.result;

/** Of the merged network of a run, as bytes. */
export async function weightsOf(api: StudioApi, run: string): Promise<Uint8Array> {
  const { files } = await api.exportModel(run, exportOptions('nn.Sequential'), null);
  return new Uint8Array((await files[0]?.blob?.arrayBuffer()) ?? new ArrayBuffer());
}
