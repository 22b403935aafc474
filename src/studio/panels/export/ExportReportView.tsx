import { DataTable } from '../../components/DataTable.tsx';
import { SourceMark } from '../../components/SourceMark.tsx';
import type { Run } from '../../runs/run.ts';
import type { KeptReport } from '../../stores/export.ts';
import { containerNames } from '../../text/describe-export.ts';
import { bytes, percent, percentOrNone, plural, significant } from '../../text/numbers.ts';

interface Props {
  report: KeptReport;
  run: Run;
}

/** What was written, and what the files say when they are read back. */
export function ExportReportView({ report, run }: Props) {
  const { files, scheme, readBack, options, folder } = report;
  const all = files.reduce((sum, file) => sum + file.bytes, 0);
  const what = [containerNames[options.container], options.floatType, scheme && `${scheme} names`].filter(Boolean);
  return (
    <div className="export-report" role="status" data-testid="export-report">
      <p>
        {plural(files.length, 'file')}, {bytes(all)}: {what.join(', ')}.{' '}
        {folder === null ? 'Handed to the browser as downloads.' : `Written into the folder ${folder}.`}
      </p>
      <DataTable
        caption="Files"
        columns={['name', 'size']}
        rows={files.map((file) => [file.name, bytes(file.bytes)])}
      />
      {readBack ? (
        <ReadBack readBack={readBack} run={run} />
      ) : (
        <p data-testid="export-compared">
          The studio does not read this format: every byte was compared with the merged network's, and none differs.
        </p>
      )}
    </div>
  );
}

function ReadBack({ readBack, run }: { readBack: NonNullable<KeptReport['readBack']>; run: Run }) {
  const { score, largestWeightDifference, largestLogitDifference } = readBack;
  return (
    <>
      <p>Read back from its bytes, the network has</p>
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
          <dt>largest weight difference</dt>
          <dd data-testid="export-weight-difference">{significant(largestWeightDifference)}</dd>
        </div>
        <div>
          <dt>largest logit difference</dt>
          <dd data-testid="export-difference">{significant(largestLogitDifference)}</dd>
        </div>
      </dl>
    </>
  );
}
