import { useState } from 'react';
import { exportRun, safeName, saveSuperNet } from '../../actions/export.ts';
import { Notices } from '../../components/ErrorNote.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import type { Run } from '../../runs/run.ts';
import { useRuns } from '../../stores/runs.ts';
import { percent } from '../../text/numbers.ts';
import { loadSnippet } from '../../text/snippet.ts';
import { NothingYet } from '../stage/NothingYet.tsx';
import { RunPicker } from '../stage/RunPicker.tsx';
import { ExportReportView } from './ExportReportView.tsx';
import { Snippet } from './Snippet.tsx';

/** Writes a merged network as a file, and shows that the file is right. */
export function ExportTab() {
  const runs = useRuns((state) => state.runs);
  const selected = useRuns((state) => state.selected);
  const shown = runs.filter((run) => run.result?.merged);
  const run = shown.find(({ id }) => id === selected) ?? shown.at(-1);
  if (!run) return <NothingYet what="A run that is done, or stopped, can be exported here as one plain network." />;
  return (
    <div className="export">
      <ExportForm key={run.id} run={run} runs={shown} />
      <LoadSection run={run} />
    </div>
  );
}

function ExportForm({ run, runs }: { run: Run; runs: readonly Run[] }) {
  const [name, setName] = useState(() =>
    safeName([...run.recipe.sources.map((source) => source.name), run.name].join('-')),
  );
  const [writing, setWriting] = useState(false);
  const report = useRuns((state) => state.exports[run.id]);
  const write = async () => {
    setWriting(true);
    await exportRun(run.id, safeName(name));
    setWriting(false);
  };
  return (
    <section className="panel-box" aria-labelledby="export-title">
      <header>
        <h3 id="export-title">Export</h3>
        <RunPicker runs={runs} value={run} />
      </header>
      <p>
        {run.name}: {run.result && percent(run.result.score.joint)} joint accuracy. One plain network with a head for
        all tasks, as safetensors, with the tensor names of {run.recipe.sources[0]?.file}.
      </p>
      <Field
        label="File name"
        wide
        hint="The recipe and what weights cannot tell are kept in the file's metadata. A saved SuperNet has M, U and LayerNorms instead: drop it here to look at it, fold it or train it further."
      >
        {({ id, describedBy }) => (
          <>
            <input
              id={id}
              type="text"
              aria-describedby={describedBy}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <span className="quiet">.safetensors</span>
          </>
        )}
      </Field>
      <button
        type="button"
        className="button primary"
        data-testid="export"
        disabled={writing}
        onClick={() => void write()}
      >
        <Icon name="download" /> {writing ? 'Writing and reading back…' : 'Export'}
      </button>
      {run.recipe.method.name === 'fs-merge' && (
        <button
          type="button"
          className="button"
          data-testid="save-supernet"
          onClick={() => void saveSuperNet(run.id, safeName(name))}
        >
          <Icon name="download" /> Save the SuperNet
        </button>
      )}
      <Notices place="export" />
      {report && <ExportReportView report={report} run={run} />}
    </section>
  );
}

/** How to load the file elsewhere. */
function LoadSection({ run }: { run: Run }) {
  const report = useRuns((state) => state.exports[run.id]);
  const merged = run.result?.merged;
  if (!merged) return null;
  const tasks = run.recipe.sources.map((source) => ({ name: source.name, classes: source.images?.labels.length ?? 0 }));
  return <Snippet code={loadSnippet(merged, tasks, report?.name ?? 'merged.safetensors')} />;
}
