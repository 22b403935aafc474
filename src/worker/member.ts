/** A thread's side of training on several threads: a plain object that tests call directly and the crew through comlink. */
import type { BackendOptions } from '../engine/backends/backends.ts';
import { useBackend } from '../engine/backends/backends.ts';
import type { SharedProblem } from '../engine/training/crew.ts';
import { Member } from '../engine/training/member.ts';

/** Vectors in memory that all threads share, one for each group of the layouts. */
export interface SharedVectors {
  /** The learnable values, written by the thread that trains. */
  values: Float32Array[];
  /** This member's gradients. */
  gradients: Float32Array[];
}

export interface MemberApi {
  prepare(problem: SharedProblem, vectors: SharedVectors): Promise<void>;
  /** Computes the gradients of these rows into the shared vectors; gives the losses. */
  share(rows: Uint32Array): Promise<number[]>;
  dispose(): Promise<void>;
}

export function createMember(wasmPaths: BackendOptions['wasmPaths']): MemberApi {
  let ready: Promise<unknown> | null = null;
  let member: Member | null = null;
  let vectors: SharedVectors = { values: [], gradients: [] };
  const forget = () => {
    member?.dispose();
    member = null;
  };
  return {
    async prepare(problem, shared) {
      ready ??= useBackend('wasm', { wasmPaths, onGpuError: () => {} });
      await ready;
      forget();
      vectors = shared;
      member = new Member(problem);
    },

    async share(rows) {
      if (!member) throw new Error('the thread has no problem');
      return member.share(rows, vectors.values, vectors.gradients);
    },

    async dispose() {
      forget();
    },
  };
}
