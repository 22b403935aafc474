import { useEffect, useRef, useState } from 'react';
import type { StudioErrorInfo } from '../../../engine/errors.ts';
import type { MatrixInfo, MatrixValues } from '../../../worker/protocol.ts';
import { keepLooking } from '../../runs/looks.ts';
import type { Run } from '../../runs/run.ts';
import { isOver } from '../../runs/run.ts';
import { attempt, client } from '../../session.ts';

export interface Matrices {
  list: readonly MatrixInfo[];
  /** The chosen one, or the first. */
  matrix: MatrixValues | null;
  problem: StudioErrorInfo | null;
}

const nothing: Matrices = { list: [], matrix: null, problem: null };

/** Shortest time between two looks while a run trains, in milliseconds. */
const pause = 1000;

/** M and U of a run, looked at again while it trains. */
export function useMatrices(run: Run | null, name: string | null): Matrices {
  const [matrices, setMatrices] = useState(nothing);
  /** Names of each run's matrices, once they are known. */
  const known = useRef(new Map<string, readonly string[]>());
  const id = run?.id ?? null;
  const over = run !== null && isOver(run);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the run ends, its last matrices are read once more
  useEffect(() => {
    if (id === null) return;
    const look = async (): Promise<Matrices> => {
      let problem: StudioErrorInfo | null = null;
      const tell = (info: StudioErrorInfo) => {
        problem = info;
      };
      return (await attempt(tell, () => read(id, name, known.current))) ?? { ...nothing, problem };
    };
    return keepLooking(id, { look, take: setMatrices, pause });
  }, [id, name, over]);
  return matrices;
}

async function read(id: string, name: string | null, known: Map<string, readonly string[]>): Promise<Matrices> {
  if (name !== null && known.get(id)?.includes(name)) {
    // Asked for together: the worker answers between two steps, which may be far apart.
    const [list, matrix] = await Promise.all([client.matrices(id), client.matrix(id, name)]);
    return { list, matrix, problem: null };
  }
  const list = await client.matrices(id);
  known.set(
    id,
    list.map((info) => info.name),
  );
  const chosen = list.find((info) => info.name === name) ?? list[0];
  return { list, matrix: chosen ? await client.matrix(id, chosen.name) : null, problem: null };
}
