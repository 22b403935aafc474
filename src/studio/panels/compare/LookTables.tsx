import type { CloserLook as Look } from '../../../worker/protocol.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { percent, percentOrNone, significant } from '../../text/numbers.ts';
import type { Asked } from './asked.ts';

/** What was measured of one row besides its accuracy. */
export function LookTables({ asked: { row, table }, look }: { asked: Asked; look: Look }) {
  const { similarity, shifts } = look;
  const { tasks } = table;
  const layers = similarity[0]?.map(({ layer }) => layer) ?? [];
  return (
    <div className="look-tables" data-testid="closer-look">
      <DataTable
        caption={`${row.name}: accuracy under distribution shift`}
        columns={['shift and severity', ...tasks, 'joint']}
        rows={shifts.map(({ shift, severity, score }) => [
          `${shift} ${severity}`,
          ...score.perTask.map(percentOrNone),
          percent(score.joint),
        ])}
      />
      <Beside asked={{ row, table }} look={look} />
      {layers.length > 0 && (
        <DataTable
          caption={`${row.name}: linear CKA with each source`}
          columns={['layer', ...tasks]}
          rows={layers.map((layer, index) => [
            layer,
            ...similarity.map((own) => significant(own[index]?.cka ?? Number.NaN)),
          ])}
        />
      )}
    </div>
  );
}

/** What it makes of each task and of all together, beside the sources with nothing but their logits put side by side. */
function Beside({ asked: { row, table }, look }: { asked: Pick<Asked, 'row' | 'table'>; look: Look }) {
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
        caption={`${row.name} beside its sources`}
        columns={['', ...table.tasks, 'joint']}
        rows={[
          reading('accuracy', row.score),
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
