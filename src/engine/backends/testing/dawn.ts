/**
 * Test set-up of every *webgpu.test.ts: WebGPU in Node through Dawn, at `navigator.gpu` as in a browser. It is there
 * before the test file is loaded, and gone after its last test. Such files run one at a time, each in its own process.
 */
import { afterAll } from 'vitest';
import { create, globals } from 'webgpu';
import { softwareDriver } from './vulkan.ts';

// The same software GPU everywhere, unless a driver is named: numbers and speed then do not hang on the machine.
if (process.platform === 'linux') process.env.VK_ICD_FILENAMES ??= await softwareDriver();
// A layer of Mesa that complains wherever there is no screen.
process.env.NODEVICE_SELECT ??= '1';

Object.assign(globalThis, globals);
// Node 20 has no navigator.
if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true });

// Dawn keeps the process alive for as long as anything holds its GPU.
afterAll(() => {
  Reflect.deleteProperty(navigator, 'gpu');
});
