/** What the studio holds: tensors of its workers, JavaScript heaps, and what the browser says of all together. */
import type { CDPSession, Page, Worker } from '@playwright/test';

/** Of one worker with a tfjs engine. */
export interface Tensors {
  tensors: number;
  bytes: number;
  /** Of the wasm heap, which grows and never shrinks; 0 for another backend. */
  heap: number;
}

export interface Memory {
  /** Of all workers together. */
  tensors: number;
  bytes: number;
  wasm: number;
  /** Workers with an engine. */
  engines: number;
  /** After garbage collection, in bytes: the page's own JavaScript, and that of its workers. */
  page: number;
  workers: number;
  /** Elements of the page. */
  nodes: number;
}

/** tfjs keeps its one engine where every copy of it would find it. */
interface Engine {
  memory(): { numTensors: number; numBytes: number };
  backendInstance?: { wasm?: { HEAPU8: Uint8Array } } | null;
}

const tensorsOf = (worker: Worker): Promise<Tensors | null> =>
  worker.evaluate(() => {
    const engine = (globalThis as unknown as { _tfengine?: Engine })._tfengine;
    if (!engine?.backendInstance) return null;
    const { numTensors, numBytes } = engine.memory();
    return { tensors: numTensors, bytes: numBytes, heap: engine.backendInstance.wasm?.HEAPU8.byteLength ?? 0 };
  });

export async function measureMemory(page: Page, browser: CDPSession): Promise<Memory> {
  const engines = (await Promise.all(page.workers().map(tensorsOf))).filter((found) => found !== null);
  await browser.send('HeapProfiler.collectGarbage');
  const { usedSize } = await browser.send('Runtime.getHeapUsage');
  const total = (of: (one: Tensors) => number) => engines.reduce((sum, one) => sum + of(one), 0);
  return {
    tensors: total(({ tensors }) => tensors),
    bytes: total(({ bytes }) => bytes),
    wasm: total(({ heap }) => heap),
    engines: engines.length,
    page: usedSize,
    workers: await workerHeaps(page),
    nodes: await page.evaluate(() => document.querySelectorAll('*').length),
  };
}

/** The browser's own account of an isolated page, which it gives after a garbage collection of every thread. */
const workerHeaps = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const { measureUserAgentSpecificMemory: measure } = performance as Performance & {
      measureUserAgentSpecificMemory(): Promise<{ breakdown: { bytes: number; attribution: { scope: string }[] }[] }>;
    };
    const { breakdown } = await measure.call(performance);
    return breakdown
      .filter(({ attribution }) => attribution.some(({ scope }) => scope === 'DedicatedWorkerGlobalScope'))
      .reduce((sum, { bytes }) => sum + bytes, 0);
  });
