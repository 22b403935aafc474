/** Test support: a crew without threads. */
import { expect } from 'vitest';
import type { Crew, SharedProblem } from './crew.ts';
import { layoutsOf } from './flat-layout.ts';
import { Member } from './member.ts';

/** A crew whose members live in this thread; the problem is cloned as it is on its way to another. */
export function localCrew(size: number) {
  const shares: number[][] = [];
  const crew: Crew = {
    threads: size + 1,
    sizeFor: () => size,
    async prepare(problem: SharedProblem, members) {
      expect(members).toBe(size);
      const all = Array.from({ length: members }, () => new Member(structuredClone(problem)));
      const { groups } = layoutsOf(problem.initial, undefined, new Set(problem.frozen));
      const vectors = () => groups.map(({ layout }) => new Float32Array(layout.size));
      const values = vectors();
      return {
        values,
        async shares(rows) {
          shares.push(rows.map((own) => own.length));
          return Promise.all(
            rows.map(async (own, index) => {
              const gradients = vectors();
              return { gradients, losses: await all[index]!.share(own, values, gradients) };
            }),
          );
        },
        dispose: () => all.forEach((member) => void member.dispose()),
      };
    },
  };
  return { crew, shares };
}
