import { useEffect, useRef, useState } from 'react';
import type { StudioErrorInfo } from '../../../engine/errors.ts';
import type { MatrixInfo, MatrixValues } from '../../../worker/protocol-matrices.ts';
import { keepLooking } from '../../runs/looks.ts';
import type { Run } from '../../runs/run.ts';
import { isOver } from '../../runs/run.ts';
import { attempt, client } from '../../session.ts';
import { snapshotAt } from './snapshot-at.ts';

export interface Matrices {
  list: readonly MatrixInfo[];
  /** The chosen one, or the first. */
  matrix: MatrixValues | null;
  /** Steps after which they are still known. */
  steps: readonly number[];
  problem: StudioErrorInfo | null;
}

const nothing: Matrices = { list: [], matrix: null, steps: [], problem: null };

/** Shortest time between two looks while a run trains, in milliseconds. */
const pause = 1000;

/** M and U of a run after a step, or, with null, as they are now: then they are looked at again while it trains. */
export function useMatrices(run: Run | null, name: string | null, step: number | null): Matrices {
  const [matrices, setMatrices] = useState(nothing);
  /** Names of each run's matrices, once they are known. */
  const known = useRef(new Map<string, readonly string[]>());
  const id = run?.id ?? null;
  const over = run !== null && isOver(run);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the run ends, its last matrices are read once more
  useEffect(() => {
    if (id === null) {
      setMatrices(nothing);
      return;
    }
    let seen = false;
    const look = async (): Promise<Partial<Matrices>> => {
      let problem: StudioErrorInfo | null = null;
      const tell = (info: StudioErrorInfo) => {
        problem = info;
      };
      // What was once is not read again; only more of it comes.
      const onlySteps = step !== null && seen;
      const next = await attempt(tell, async () =>
        onlySteps ? { steps: await client.snapshots(id) } : read(id, name, step, known.current),
      );
      seen ||= next !== null;
      return next ?? { ...nothing, problem };
    };
    return keepLooking(id, { look, take: (next) => setMatrices((before) => ({ ...before, ...next })), pause });
  }, [id, name, step, over]);
  return matrices;
}

async function read(
  id: string,
  name: string | null,
  step: number | null,
  known: Map<string, readonly string[]>,
): Promise<Matrices> {
  if (step === null && name !== null && known.get(id)?.includes(name)) {
    // Asked for together: the worker answers between two steps, which may be far apart.
    const answers = [client.snapshots(id), client.matrices(id), client.matrix(id, name)] as const;
    const [steps, list, matrix] = await Promise.all(answers);
    return { list, matrix, steps, problem: null };
  }
  const steps = await client.snapshots(id);
  const after = step === null ? undefined : snapshotAt(steps, step);
  const list = await client.matrices(id, after);
  const names = list.map((info) => info.name);
  known.set(id, names);
  const chosen = name !== null && names.includes(name) ? name : names[0];
  return { list, matrix: chosen === undefined ? null : await client.matrix(id, chosen, after), steps, problem: null };
}
