/** WebGPU in Node through Dawn, on the software GPU unless a driver is named; as the tests have it. */
import { create, globals } from 'webgpu';
import { softwareDriver } from '../../src/engine/backends/testing/vulkan.ts';

export async function openDawn(): Promise<void> {
  if (process.platform === 'linux') process.env.VK_ICD_FILENAMES ??= await softwareDriver();
  process.env.NODEVICE_SELECT ??= '1';
  Object.assign(globalThis, globals);
  // Node 20 has no navigator.
  if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true });
}

/** Dawn keeps the process alive for as long as anything holds its GPU. */
export function closeDawn(): void {
  Reflect.deleteProperty(navigator, 'gpu');
}
