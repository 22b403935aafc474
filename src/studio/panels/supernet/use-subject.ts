import { useEffect, useMemo, useState } from 'react';
import type { StudioErrorInfo } from '../../../engine/errors.ts';
import type { MatrixInfo } from '../../../worker/protocol.ts';
import { keepLooking } from '../../runs/looks.ts';
import { hasMatrices, isOver } from '../../runs/run.ts';
import { attempt, client } from '../../session.ts';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { selectedRun, useRuns } from '../../stores/runs.ts';
import type { Subject } from '../../stores/subject.ts';
import { subjectOf } from '../../stores/subject.ts';
import type { Matrix } from './structure.ts';
import { plannedMatrices } from './structure.ts';

/** What the picture is of, or null. */
export function useSubject(): Subject | null {
  const run = useRuns(selectedRun);
  const draft = useRecipe((state) => state.draft);
  const files = useFiles((state) => state.sources);
  return useMemo(() => subjectOf(run, draft, files), [run, draft, files]);
}

export interface Shown {
  matrices: readonly Matrix[];
  problem: StudioErrorInfo | null;
}

interface Seen {
  id: string;
  list: readonly MatrixInfo[];
  problem: StudioErrorInfo | null;
}

/** Shortest time between two looks at the shares, in milliseconds. No matrix is read for them as a whole. */
const pause = 500;

/** The run's M and U as they are learned, if somebody looks; what the recipe starts with while there are none. */
export function useShown(subject: Subject, looking: boolean): Shown {
  const { run, infos, method, sources } = subject;
  const [seen, setSeen] = useState<Seen | null>(null);
  const id = looking && run && hasMatrices(run) ? run.id : null;
  const over = run !== null && isOver(run);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the run ends, its last matrices are read once more
  useEffect(() => {
    if (id === null) return;
    const look = async (): Promise<Seen> => {
      let problem: StudioErrorInfo | null = null;
      const tell = (info: StudioErrorInfo) => {
        problem = info;
      };
      const list = (await attempt(tell, () => client.matrices(id))) ?? [];
      return { id, list, problem };
    };
    return keepLooking(id, { look, take: setSeen, pause });
  }, [id, over]);
  const start = method.name === 'fs-merge' ? method.initialisation : 'random';
  const key = infos.map((info) => info.id).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the sources, which are made anew with every event of a run
  const planned = useMemo(() => (infos.length < sources.length ? [] : plannedMatrices(infos, start)), [key, start]);
  const own = seen !== null && seen.id === id ? seen : null;
  return { matrices: own && own.list.length > 0 ? own.list : planned, problem: own?.problem ?? null };
}
