import { useState } from 'react';
import type { StudioErrorInfo } from '../../../engine/errors.ts';
import type { CloserLook as Look } from '../../../worker/protocol.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import type { Run } from '../../runs/run.ts';
import { attempt, client } from '../../session.ts';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { percent, percentOrNone, significant } from '../../text/numbers.ts';
import { RunPicker } from '../stage/RunPicker.tsx';

/** Accuracy is not all: confusion, calibration, similarity to the sources and distribution shift of one result. */
export function CloserLook() {
  const runs = useRuns((state) => state.runs);
  const selected = useRuns((state) => state.selected);
  const busy = useRuns(isBusy);
  const [look, setLook] = useState<{ run: string; shown: Look } | null>(null);
  const [problem, setProblem] = useState<StudioErrorInfo | null>(null);
  const [working, setWorking] = useState(false);
  const over = runs.filter((run) => run.result !== null);
  const run = over.find(({ id }) => id === selected) ?? over.at(-1);
  if (!run) return null;
  const measure = async () => {
    setProblem(null);
    setWorking(true);
    const shown = await attempt(setProblem, () => client.closerLook(run.id));
    if (shown) setLook({ run: run.id, shown });
    setWorking(false);
  };
  return (
    <section className="panel-box closer-look" aria-labelledby="look-title">
      <header>
        <h3 id="look-title">A closer look</h3>
        <RunPicker runs={over} value={run} />
        <button type="button" className="button" disabled={busy || working} onClick={() => void measure()}>
          {working ? 'Measuring…' : 'Measure'}
        </button>
      </header>
      {problem && <ErrorNote info={problem} />}
      {look?.run === run.id ? (
        <Tables run={run} look={look.shown} />
      ) : (
        <p className="hint">Confusion, calibration, likeness to the sources, and accuracy on disturbed images.</p>
      )}
    </section>
  );
}

function Tables({ run, look }: { run: Run; look: Look }) {
  const { similarity, shifts, confusion } = look;
  const tasks = run.recipe.sources.map(({ name }) => name);
  const layers = similarity[0]?.map(({ layer }) => layer) ?? [];
  return (
    <div className="look-tables" data-testid="closer-look">
      <DataTable
        caption={`${run.name}: accuracy under distribution shift`}
        columns={['shift and severity', ...tasks, 'joint']}
        rows={shifts.map(({ shift, severity, score }) => [
          `${shift} ${severity}`,
          ...score.perTask.map(percentOrNone),
          percent(score.joint),
        ])}
      />
      <Beside run={run} look={look} tasks={tasks} />
      {layers.length > 0 && (
        <DataTable
          caption={`${run.name}: linear CKA with each source`}
          columns={['layer', ...tasks]}
          rows={layers.map((layer, row) => [
            layer,
            ...similarity.map((own) => significant(own[row]?.cka ?? Number.NaN)),
          ])}
        />
      )}
      <DataTable
        caption={`${run.name}: confusion among all classes, rows are the truth`}
        columns={['', ...labelsOf(run).map(({ label }) => label)]}
        rows={labelsOf(run).map(({ label, task }, row) => [
          `${task} · ${label}`,
          ...Array.from({ length: confusion.size }, (_, column) =>
            String(confusion.joint[row * confusion.size + column]),
          ),
        ])}
      />
    </div>
  );
}

/** What it makes of each task and of all together, beside the sources with nothing but their logits put side by side. */
function Beside({ run, look, tasks }: { run: Run; look: Look; tasks: string[] }) {
  const { calibration, sideBySide, reconstruction } = look;
  const reading = (head: string, { perTask, joint }: { perTask: (number | null)[]; joint: number }) => [
    head,
    ...perTask.map(percentOrNone),
    percent(joint),
  ];
  const own = sideBySide.score.perTask.map(percentOrNone).join(' and ');
  return (
    <div>
      <DataTable
        caption={`${run.name} beside its sources`}
        columns={['', ...tasks, 'joint']}
        rows={[
          ...(run.result ? [reading('accuracy', run.result.score)] : []),
          reading('sources’ accuracy', sideBySide.score),
          reading('calibration', calibration),
          reading('sources’ calibration', sideBySide.calibration),
          ...(reconstruction.length > 0 ? [['reconstruction', ...reconstruction.map(percentOrNone), '']] : []),
        ]}
      />
      <p className="hint">
        The sources reach {own} on their own tasks, but {percent(sideBySide.score.joint)} jointly when their logits
        stand side by side: no source has learned how sure to be of an image that is another's. Calibration: how far
        confidence is from accuracy. Reconstruction: squared error of the guessed features over their size. Of both, 0 %
        is perfect.
      </p>
    </div>
  );
}

/** Every class of the joint head, in its order. */
const labelsOf = ({ recipe }: Run): { label: string; task: string }[] =>
  recipe.sources.flatMap(({ name, images }) =>
    (images?.labels ?? []).map((label) => ({ label: String(label), task: name })),
  );
