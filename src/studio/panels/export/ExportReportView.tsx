import { SourceMark } from '../../components/SourceMark.tsx';
import type { Run } from '../../runs/run.ts';
import type { ExportReport } from '../../stores/runs.ts';
import { bytes, percent, percentOrNone, significant } from '../../text/numbers.ts';

interface Props {
  report: ExportReport;
  run: Run;
}

/** What was written, and what the file says when it is read back. */
export function ExportReportView({ report, run }: Props) {
  const { name, size, scheme, score, largestLogitDifference } = report;
  return (
    <div className="export-report" role="status" data-testid="export-report">
      <p>
        <strong>{name}</strong> is written: {bytes(size)}, {scheme} names. Read back from its bytes, it has
      </p>
      <dl className="scores">
        {run.recipe.sources.map((source, task) => (
          <div key={source.file}>
            <dt>
              <SourceMark colour={run.colours[task] ?? task} /> {source.name}
            </dt>
            <dd>{percentOrNone(score.perTask[task])}</dd>
          </div>
        ))}
        <div>
          <dt>joint</dt>
          <dd data-testid="export-joint">{percent(score.joint)}</dd>
        </div>
        <div>
          <dt>largest logit difference</dt>
          <dd data-testid="export-difference">{significant(largestLogitDifference)}</dd>
        </div>
      </dl>
    </div>
  );
}
