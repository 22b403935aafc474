/** Training on several threads: workers that hold the same problem, and memory that all of them share. */
import * as comlink from 'comlink';
import type { Crew, CrewAtWork, SharedProblem } from '../engine/training/crew.ts';
import { layoutsOf } from '../engine/training/flat-layout.ts';
import type { MemberApi, SharedVectors } from './member.ts';
import './transfer.ts';

/** With fewer images than this a thread's share of a batch is not worth the fold, which every thread does for itself. */
const fewestImages = 16;

/** Multiply-adds of a step that keep a thread busy for longer than it takes to hand them over. */
const fewestMacs = 5e8;

/** More threads bring less and less, and each holds the sources. */
const mostThreads = 8;

export interface ConnectedMember {
  api: comlink.Remote<MemberApi> | MemberApi;
  /** Hears when the thread dies; one listener at a time. */
  onCrash: ((error: Error) => void) | null;
  /** Ends the thread. */
  end(): void;
}

/** How many threads can train here: as many as cores where memory can be shared (the page is isolated), else one. */
export const threadsHere = (): number =>
  globalThis.crossOriginIsolated && 'SharedArrayBuffer' in globalThis
    ? Math.min(mostThreads, navigator.hardwareConcurrency || 1)
    : 1;

/** Starts a thread. */
export function connectMember(): ConnectedMember {
  const worker = new Worker(new URL('./member.worker.ts', import.meta.url), { type: 'module', name: 'member' });
  const member: ConnectedMember = {
    api: comlink.wrap<MemberApi>(worker),
    onCrash: null,
    end: () => worker.terminate(),
  };
  worker.addEventListener('error', (event) =>
    member.onCrash?.(new Error(event.message || 'a training thread could not be started')),
  );
  return member;
}

/** A crew of up to `threads − 1` members besides this thread; they start when they are first needed and then stay. */
export function workerCrew(connect: () => ConnectedMember, threads: number): Crew {
  const members: ConnectedMember[] = [];
  return {
    threads,
    sizeFor: (batch, macs) =>
      Math.max(0, Math.min(threads, Math.floor(batch / fewestImages), Math.floor(macs / fewestMacs)) - 1),

    async prepare(problem, size) {
      while (members.length < size) members.push(connect());
      const working = members.slice(0, size);
      const vectors = working.map(() => shareVectors(problem));
      const [first] = vectors;
      // One set of values for all; gradients are each member's own.
      for (const own of vectors) own.values = first?.values ?? [];
      const calling: CallAll = async (called, call) => {
        try {
          return await all(called, call);
        } catch (error) {
          // A thread that failed is not asked again, nor are those that worked with it.
          for (const member of members.splice(0)) member.end();
          throw error;
        }
      };
      await calling(working, ({ api }, index) => api.prepare(problem, vectors[index] as SharedVectors));
      return atWork(working, vectors, calling);
    },
  };
}

type CallAll = <T>(
  members: readonly ConnectedMember[],
  call: (member: ConnectedMember, index: number) => Promise<T>,
) => Promise<T[]>;

function atWork(members: readonly ConnectedMember[], vectors: readonly SharedVectors[], calling: CallAll): CrewAtWork {
  return {
    values: vectors[0]?.values ?? [],
    async shares(rows) {
      const losses = await calling(members.slice(0, rows.length), ({ api }, index) =>
        api.share(rows[index] as Uint32Array),
      );
      return losses.map((own, index) => ({ gradients: vectors[index]?.gradients ?? [], losses: own }));
    },
    dispose() {
      for (const { api } of members) void api.dispose();
    },
  };
}

const all: CallAll = <T>(
  members: readonly ConnectedMember[],
  call: (member: ConnectedMember, index: number) => Promise<T>,
) =>
  Promise.all(
    members.map(
      (member, index) =>
        new Promise<T>((resolve, reject) => {
          member.onCrash = reject;
          call(member, index).then(resolve, reject);
        }),
    ),
  );

function shareVectors({ initial, frozen }: SharedProblem): SharedVectors {
  const { groups } = layoutsOf(initial, undefined, new Set(frozen));
  const make = () => groups.map(({ layout }) => new Float32Array(new SharedArrayBuffer(4 * layout.size)));
  return { values: make(), gradients: make() };
}
