/** The kernels that a backend starts with: those that are remembered for its adapter, or those that are the fastest now. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { chooseKernels, fits } from './choose.ts';
import type { KernelChoice } from './variants.ts';
import { setChoice } from './variants.ts';
import type { AdapterReport } from './webgpu.ts';

/** Where choices are kept, by the adapter's description. */
export interface KernelChoices {
  recall(adapter: string): KernelChoice | null;
  keep(adapter: string, choice: KernelChoice): void;
}

export interface KernelOptions {
  /** Without it, a hardware GPU's kernels are timed at every start, and a software GPU runs those without barriers. */
  kernelChoices?: KernelChoices | undefined;
  /** Lets kernels hold what they share in half precision, where that is faster and right to 1e-2. Off unless true. */
  halfPrecision?: boolean | undefined;
}

export async function startKernels(
  backend: WebGPUBackend,
  { description, software }: AdapterReport,
  { kernelChoices, halfPrecision: half = false }: KernelOptions,
): Promise<void> {
  const remembered = kernelChoices?.recall(description);
  if (remembered && fits(backend, remembered, half)) {
    setChoice(backend, remembered);
    return;
  }
  if (software && !kernelChoices) return;
  const choice = await chooseKernels(backend, { half });
  setChoice(backend, choice);
  kernelChoices?.keep(description, choice);
}
