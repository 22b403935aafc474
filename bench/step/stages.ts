/** The places where steps are timed. */
import * as tf from '@tensorflow/tfjs-core';
import { useNode } from '../node.ts';
import type { ChromiumWorker } from '../support/chromium.ts';
import { chromiumWorker } from '../support/chromium.ts';
import { closeDawn, openDawn } from '../support/dawn.ts';
import type { StepCase } from './case.ts';
import type { Scripting, Stage } from './stage.ts';
import { forget, peak, scripting, time } from './stage.ts';

/** In Chromium unless they say otherwise. */
export const places = ['wasm', 'webgpu', 'webgpu-node'] as const;
export type Place = (typeof places)[number];

export function openStage(place: Place): Promise<Stage> {
  switch (place) {
    case 'wasm':
      return chromiumStage('wasm');
    case 'webgpu':
      return chromiumStage('webgpu');
    case 'webgpu-node':
      return dawnStage();
    default:
      throw place satisfies never;
  }
}

async function chromiumStage(backend: 'wasm' | 'webgpu'): Promise<Stage> {
  const worker = await chromiumWorker('step');
  try {
    const label = await worker.call<string>('start', backend);
    return { label: `${label} in a worker of ${worker.version}`, ...remote(worker) };
  } catch (error) {
    await worker.close();
    throw error;
  }
}

const remote = (worker: ChromiumWorker) => ({
  time: (of: StepCase, count: number) => worker.call<number[]>('time', of, count),
  scripting: (of: StepCase, count: number) => worker.call<Scripting>('scripting', of, count),
  peak: (of: StepCase) => worker.call<number>('peak', of),
  forget: () => worker.call<void>('forget'),
  close: () => worker.close(),
});

async function dawnStage(): Promise<Stage> {
  await openDawn();
  const label = await useNode('webgpu');
  return {
    label: `${label}, Dawn in Node ${process.versions.node}`,
    time: (of, count) => time(of, count),
    scripting,
    peak,
    forget,
    async close() {
      await forget();
      tf.removeBackend('webgpu');
      closeDawn();
    },
  };
}
