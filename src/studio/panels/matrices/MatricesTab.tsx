import { useState } from 'react';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { SourceMark } from '../../components/SourceMark.tsx';
import { hasMatrices } from '../../runs/run.ts';
import { useRuns } from '../../stores/runs.ts';
import { chooseMatrix, useUi } from '../../stores/ui.ts';
import { NothingYet } from '../stage/NothingYet.tsx';
import { RunPicker } from '../stage/RunPicker.tsx';
import { blocksOf } from './blocks.ts';
import { MatrixList } from './MatrixList.tsx';
import type { Contrast } from './MatrixStage.tsx';
import { MatrixStage } from './MatrixStage.tsx';
import { useMatrices } from './use-matrices.ts';

/** M and U of a run, as they are learned. */
export function MatricesTab() {
  const runs = useRuns((state) => state.runs);
  const selected = useRuns((state) => state.selected);
  const shown = runs.filter(hasMatrices);
  const run = shown.find(({ id }) => id === selected) ?? shown.at(-1) ?? null;
  const name = useUi((state) => state.matrix);
  const [contrast, setContrast] = useState<Contrast>('1');
  const { list, matrix, problem } = useMatrices(run, name);
  if (!run) return <NothingYet what="M and U appear here as soon as FS-Merge has taken a step." />;
  const tasks = run.recipe.sources.map((source, index) => ({
    id: source.file,
    name: source.name,
    colour: run.colours[index] ?? index,
  }));
  return (
    <div className="matrices">
      <section className="panel-box matrix-side" aria-labelledby="matrices-title">
        <header>
          <h3 id="matrices-title">M and U</h3>
          <RunPicker runs={shown} value={run} />
        </header>
        <ul className="task-legend">
          {tasks.map((task) => (
            <li key={task.id}>
              <SourceMark colour={task.colour} /> {task.name}
            </li>
          ))}
          {list.some(({ owners }) => owners.includes(null)) && (
            <li>
              <SourceMark colour={null} /> merge so far
            </li>
          )}
        </ul>
        <MatrixList
          list={list}
          tasks={tasks}
          chosen={list.some((info) => info.name === name) ? name : (matrix?.name ?? null)}
          onChoose={chooseMatrix}
        />
      </section>
      {problem && <ErrorNote info={problem} />}
      {matrix && (
        <MatrixStage
          key={matrix.name}
          matrix={matrix}
          blocks={blocksOf(matrix, tasks)}
          contrast={contrast}
          onContrast={setContrast}
        />
      )}
    </div>
  );
}
