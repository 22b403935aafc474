/** Remembers on this device which WebGPU kernels were the fastest on its GPU, so that they are timed once. */
import { get, set } from 'idb-keyval';
import type { KernelChoices } from '../engine/backends/webgpu/start.ts';
import type { KernelChoice } from '../engine/backends/webgpu/variants.ts';

/** Where choices outlive the page; it may refuse, as in a private window. */
export interface ChoiceStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}

/** Counts up when kernels change, so that old choices are forgotten. */
const key = 'webgpu kernels 1';

export async function rememberedChoices(store: ChoiceStore = { get, set }): Promise<KernelChoices> {
  const known = new Map<string, KernelChoice>(await read(store));
  return {
    recall: (adapter) => known.get(adapter) ?? null,
    keep(adapter, choice) {
      known.set(adapter, choice);
      void write(store, known);
    },
  };
}

async function write(store: ChoiceStore, known: ReadonlyMap<string, KernelChoice>): Promise<void> {
  try {
    await store.set(key, [...known]);
  } catch {
    // Then they are timed again next time.
  }
}

async function read(store: ChoiceStore): Promise<[string, KernelChoice][]> {
  try {
    const found = await store.get(key);
    return Array.isArray(found) ? found.filter(isEntry) : [];
  } catch {
    return [];
  }
}

const isEntry = (entry: unknown): entry is [string, KernelChoice] =>
  Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'object' && entry[1] !== null;
