/** The golden cases in a browser's worker, on WebGPU: engine code as it is, files fetched from the test's own routes. */
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../../src/engine/backends/backends.ts';
import { blobSource } from '../../src/engine/tensors/byte-source.ts';
import type { ReadFixture } from '../../src/engine/testing/golden.ts';
import { goldenLosses, readGolden, runGolden } from '../../src/engine/testing/golden.ts';

export interface GoldenRequest {
  name: string;
  steps: number;
}

export interface GoldenReply {
  backend: string;
  losses: number[];
  reference: number[];
  /** What the GPU or the run complained of; it has to be empty. */
  errors: string[];
}

const read: ReadFixture = async (path) => {
  const response = await fetch(`/golden-files/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return { name: path.split('/').at(-1) ?? path, source: blobSource(await response.blob()) };
};

const first = (losses: number[][]) => losses.map(([loss]) => loss ?? Number.NaN);

async function run({ name, steps }: GoldenRequest): Promise<GoldenReply> {
  const errors: string[] = [];
  const { label } = await useBackend('webgpu', {
    wasmPaths: { plain: '', simd: '' },
    onGpuError: (error) => void errors.push(error.message),
  });
  // Small tensors would else be computed on the processor and never reach the GPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const golden = await readGolden(read, name);
  const { losses } = await runGolden(read, golden, steps);
  return { backend: label, losses: first(losses), reference: first(goldenLosses(golden).slice(0, steps)), errors };
}

self.onmessage = async ({ data }: MessageEvent<GoldenRequest>) => {
  try {
    self.postMessage(await run(data));
  } catch (error) {
    self.postMessage({ backend: '', losses: [], reference: [], errors: [String(error)] } satisfies GoldenReply);
  }
};
