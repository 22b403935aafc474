/** Training steps in a worker of Chromium. */
import type { BackendName } from '../src/engine/backends/backends.ts';
import { useBackend } from '../src/engine/backends/backends.ts';
import { connectMember, workerCrew } from '../src/worker/crew.ts';
import { wasmPaths } from '../src/worker/wasm-paths.ts';
import type { StepCase } from './step/case.ts';
import { forget, peak, scripting, time } from './step/stage.ts';
import { serve } from './support/serve.ts';

serve({
  /** Label of the backend. */
  async start(backend: BackendName): Promise<string> {
    const { label } = await useBackend(backend, {
      wasmPaths,
      onGpuError(error) {
        throw error;
      },
    });
    return label;
  },
  time: (of: StepCase, count: number) => time(of, count, (threads) => workerCrew(connectMember, threads)),
  scripting,
  peak,
  forget,
});
