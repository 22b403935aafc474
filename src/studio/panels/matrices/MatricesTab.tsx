import { useMemo, useState } from 'react';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { SourceMark } from '../../components/SourceMark.tsx';
import type { Run } from '../../runs/run.ts';
import { hasMatrices, isBare, isOver } from '../../runs/run.ts';
import { useRuns } from '../../stores/runs.ts';
import { chooseMatrix, useUi } from '../../stores/ui.ts';
import { NothingYet } from '../stage/NothingYet.tsx';
import { RestoredNote } from '../stage/RestoredNote.tsx';
import { RunPicker } from '../stage/RunPicker.tsx';
import { blocksOf, tasksOf } from './blocks.ts';
import { CompareWith } from './CompareWith.tsx';
import type { ColumnProps } from './MatrixColumn.tsx';
import { MatrixList } from './MatrixList.tsx';
import type { LookOptions } from './MatrixStage.tsx';
import { MatrixStage } from './MatrixStage.tsx';
import { TimeSlider } from './TimeSlider.tsx';
import type { Matrices } from './use-matrices.ts';
import { useMatrices } from './use-matrices.ts';

/** M and U of a run, as they are learned, alone or beside those of other runs. */
export function MatricesTab() {
  const runs = useRuns((state) => state.runs);
  const selected = useRuns((state) => state.selected);
  const kept = runs.find((one) => one.id === selected && isBare(one) && one.recipe.method.name === 'fs-merge');
  if (kept) return <RestoredNote run={kept} what="M and U" />;
  const shown = runs.filter(hasMatrices);
  const run = shown.find(({ id }) => id === selected) ?? shown.at(-1) ?? null;
  if (!run) return <NothingYet what="M and U appear here as soon as FS-Merge has taken a step." />;
  return <MatricesOf runs={shown} run={run} />;
}

function MatricesOf({ runs, run }: { runs: readonly Run[]; run: Run }) {
  const name = useUi((state) => state.matrix);
  const [beside, setBeside] = useState<readonly string[]>([]);
  const [step, setStep] = useState<number | null>(null);
  const [options, setOptions] = useState<LookOptions>({ contrast: '1', sorted: false });
  const others = runs.filter((other) => other.id !== run.id);
  const chosen = beside.filter((id) => others.some((other) => other.id === id));
  const [second = null, third = null] = chosen.map((id) => others.find((other) => other.id === id) ?? null);
  const own = useMatrices(run, name, step);
  const columns = [
    useColumn(run, own),
    useColumn(second, useMatrices(second, own.matrix?.name ?? name, step)),
    useColumn(third, useMatrices(third, own.matrix?.name ?? name, step)),
  ].filter((column) => column !== null && column.matrix.name === own.matrix?.name) as Column[];
  const tasks = tasksOf(run);
  const { list, matrix, problem } = own;
  return (
    <div className="matrices">
      <section className="panel-box matrix-side" aria-labelledby="matrices-title">
        <header>
          <h3 id="matrices-title">M and U</h3>
          <RunPicker runs={runs} value={run} />
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
      {matrix && columns.length > 0 && (
        <MatrixStage
          key={matrix.name}
          columns={columns}
          largest={Math.max(...columns.map((column) => column.largest))}
          options={options}
          onOptions={setOptions}
        >
          <div className="matrix-choices">
            <TimeSlider steps={own.steps} value={step} onChange={setStep} live={!isOver(run)} />
            <CompareWith runs={others} chosen={chosen} onChange={setBeside} />
          </div>
        </MatrixStage>
      )}
    </div>
  );
}

interface Column extends ColumnProps {
  id: string;
  /** Size of the largest entry of the layer. */
  largest: number;
}

/** Stays the same while the run only trains on: what is drawn depends on its matrices. */
function useColumn(run: Run | null, { matrix, list }: Matrices): Column | null {
  const { id, name, recipe, colours } = run ?? noRun;
  return useMemo(() => {
    if (!recipe || !matrix) return null;
    const sizes = list.filter(({ group }) => group === matrix.group).map(({ largest }) => largest);
    const blocks = blocksOf(matrix, tasksOf({ recipe, colours }));
    return { id, owner: name, matrix, blocks, largest: Math.max(matrix.largest, ...sizes) };
  }, [id, name, recipe, colours, matrix, list]);
}

const noRun = { id: '', name: '', recipe: null, colours: [] };
