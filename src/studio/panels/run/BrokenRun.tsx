import { resumeRun } from '../../actions/resume.ts';
import { Icon } from '../../components/Icon.tsx';
import { neededFiles } from '../../recipe/files-of.ts';
import type { Run } from '../../runs/run.ts';
import { useFiles } from '../../stores/files.ts';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { tooltip } from '../../text/controls/control.ts';
import { runControls } from '../../text/controls/page.ts';
import { brokenText } from '../../text/keeping.ts';

/** Says that a run was broken off, and lets it go on. */
export function BrokenRun({ run, broken }: { run: Run; broken: NonNullable<Run['broken']> }) {
  const busy = useRuns(isBusy);
  const files = useFiles();
  const needed = neededFiles(run.recipe, files).map(({ name }) => name);
  return (
    <div className="broken-run" data-testid="broken-run">
      <p>
        {brokenText(broken)}
        {needed.length > 0 && ` It needs ${needed.join(', ')}.`}
      </p>
      <button
        type="button"
        className="button"
        title={tooltip(runControls.goOn)}
        disabled={busy || files.loading !== null}
        onClick={() => void resumeRun(run.id)}
      >
        <Icon name="redo" /> {runControls.goOn.label}
      </button>
    </div>
  );
}
