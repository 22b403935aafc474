import { useEffect, useRef, useState } from 'react';
import type { ExportChoices } from '../../../worker/protocol.ts';
import { canWriteFolders, exportChoices, exportRun, exportToFolder, safeName } from '../../actions/export.ts';
import { Notices } from '../../components/ErrorNote.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import type { Run } from '../../runs/run.ts';
import { effectiveExport, useExport } from '../../stores/export.ts';
import { useUi } from '../../stores/ui.ts';
import { ariaKeys, tooltip } from '../../text/controls/control.ts';
import { exportControls } from '../../text/controls/stage.ts';
import { bytes, percent } from '../../text/numbers.ts';
import { RunPicker } from '../stage/RunPicker.tsx';
import { Beside } from './Beside.tsx';
import { ExportReportView } from './ExportReportView.tsx';
import { FormatFields } from './FormatFields.tsx';

const floatBytes = { F32: 4, F16: 2, BF16: 2 } as const;

/** What is written of a run, how, and where to. */
export function ExportForm({ run, runs }: { run: Run; runs: readonly Run[] }) {
  const [name, setName] = useState(() =>
    safeName([...run.recipe.sources.map((source) => source.name), run.name].join('-')),
  );
  const [writing, setWriting] = useState(false);
  const choices = useChoices(run.id);
  const chosen = useExport();
  const report = useExport((state) => state.reports[run.id]);
  const options = choices && effectiveExport(chosen, choices);
  const write = async (to: typeof exportRun | typeof exportToFolder) => {
    if (!options) return;
    setWriting(true);
    await to(run.id, { ...options, name: safeName(name) });
    setWriting(false);
  };
  const downloads = useFocusOnWish(options !== null && !writing);
  return (
    <section className="panel-box" aria-labelledby="export-title">
      <header>
        <h3 id="export-title">Export</h3>
        <RunPicker runs={runs} value={run} />
      </header>
      <p>
        {run.name}: {run.result && percent(run.result.score.joint)} joint accuracy. One plain network with a head for
        all tasks.
      </p>
      <Field {...exportControls.name} wide>
        {({ id, describedBy }) => (
          <input
            id={id}
            type="text"
            aria-describedby={describedBy}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      {choices && options && <FormatFields choices={choices} options={options} />}
      <div className="export-buttons">
        <button
          ref={downloads}
          type="button"
          className="button primary"
          data-testid="export"
          aria-keyshortcuts={ariaKeys(exportControls.download)}
          title={tooltip(exportControls.download)}
          disabled={writing || !options}
          onClick={() => void write(exportRun)}
        >
          <Icon name="download" /> {writing ? 'Writing and reading back…' : exportControls.download.label}
        </button>
        {canWriteFolders && (
          <button
            type="button"
            className="button"
            data-testid="export-folder"
            title={tooltip(exportControls.folder)}
            disabled={writing || !options}
            onClick={() => void write(exportToFolder)}
          >
            <Icon name="file" /> {exportControls.folder.label}
          </button>
        )}
        {choices && options && (
          <span className="quiet" data-testid="export-size">
            about {bytes(choices.parameters * floatBytes[options.floatType])}
          </span>
        )}
      </div>
      <Notices place="export" />
      {report && <ExportReportView report={report} run={run} />}
      <Beside run={run} name={name} />
    </section>
  );
}

/** Gives a button the focus once it can be pressed, when a key has asked for it. */
function useFocusOnWish(ready: boolean) {
  const button = useRef<HTMLButtonElement>(null);
  const wanted = useUi((state) => state.toDownload);
  useEffect(() => {
    if (!wanted || !ready) return;
    button.current?.focus();
    useUi.setState({ toDownload: false });
  }, [wanted, ready]);
  return button;
}

/** What the worker offers for a run; null until it has answered. */
function useChoices(run: string): ExportChoices | null {
  const [choices, setChoices] = useState<ExportChoices | null>(null);
  useEffect(() => {
    let current = true;
    void exportChoices(run).then((answer) => current && setChoices(answer));
    return () => {
      current = false;
    };
  }, [run]);
  return choices;
}
