import type { CSSProperties } from 'react';
import type { Misreadings, MisreadTask } from '../../../worker/protocol.ts';
import { Picture } from '../../components/Picture.tsx';
import { ScrollArea } from '../../components/ScrollArea.tsx';
import type { JointClass } from '../../runs/joint-classes.ts';
import { jointClasses } from '../../runs/joint-classes.ts';
import { useFiles } from '../../stores/files.ts';
import { count, percent, plural } from '../../text/numbers.ts';
import type { Asked } from './asked.ts';

interface Props {
  asked: Asked;
  mistakes: Misreadings;
}

/** Which classes a model takes for which others, and images that it misreads. */
export function Mistakes({ asked: { row, table }, mistakes }: Props) {
  const images = useFiles((state) => state.images);
  const classes = jointClasses(table.recipe, images);
  return (
    <div className="mistakes" data-testid="mistakes">
      {mistakes.size <= mostShown ? (
        <ConfusionTable name={row.name} tasks={table.tasks} mistakes={mistakes} classes={classes} />
      ) : (
        <p className="hint">
          A table of {count(mistakes.size)} classes would not fit: the most confused pairs are listed.
        </p>
      )}
      <Pairs mistakes={mistakes} classes={classes} />
      {mistakes.tasks.map((task, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a task is its place
        <MisreadImages key={index} name={table.tasks[index] ?? ''} task={task} classes={classes} />
      ))}
    </div>
  );
}

const nameOf = (classes: readonly JointClass[], place: number): string => classes[place]?.name ?? `class ${place}`;

/** Classes beyond which a table is not read any more. */
const mostShown = 40;

function ConfusionTable({
  name,
  tasks,
  mistakes: { size, confusion },
  classes,
}: {
  name: string;
  tasks: readonly string[];
  mistakes: Misreadings;
  classes: readonly JointClass[];
}) {
  const places = Array.from({ length: size }, (_, index) => index);
  return (
    <ScrollArea label={`Confusion of ${name}`}>
      <table className="confusion-table">
        <caption>{name}: confusion among all classes, rows are the truth</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="only-read">task</span>
            </th>
            {tasks.map((task, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: tasks may share a name
                key={index}
                scope="colgroup"
                colSpan={classes.filter((own) => own.task === index).length}
                data-first={index > 0 || undefined}
              >
                {task}
              </th>
            ))}
          </tr>
          <tr>
            <th scope="col">
              <span className="only-read">true class</span>
            </th>
            {places.map((place) => (
              <th key={place} scope="col" title={nameOf(classes, place)} data-first={isFirst(classes, place)}>
                {classes[place]?.label ?? place}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.map((truth) => {
            const row = confusion.subarray(truth * size, (truth + 1) * size);
            const total = row.reduce((sum, images) => sum + images, 0);
            return (
              <tr key={truth} data-first={isFirst(classes, truth)}>
                <th scope="row">{nameOf(classes, truth)}</th>
                {places.map((predicted) => {
                  const images = row[predicted] ?? 0;
                  const style = { '--share': total > 0 ? images / total : 0 } as CSSProperties;
                  return (
                    <td
                      key={predicted}
                      style={style}
                      data-hit={predicted === truth || undefined}
                      data-none={images === 0 || undefined}
                      data-first={isFirst(classes, predicted)}
                      title={`${nameOf(classes, truth)} taken for ${nameOf(classes, predicted)}: ${plural(images, 'image')}`}
                    >
                      {images}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollArea>
  );
}

/** Whether a task begins with this class. */
const isFirst = (classes: readonly JointClass[], place: number): true | undefined =>
  (place > 0 && classes[place]?.task !== classes[place - 1]?.task) || undefined;

function Pairs({ mistakes: { pairs }, classes }: { mistakes: Misreadings; classes: readonly JointClass[] }) {
  return (
    <div>
      <h4>Confused most</h4>
      {pairs.length === 0 && <p className="hint">Nothing: every image is read right.</p>}
      <ol className="confused-pairs">
        {pairs.map(({ label, predicted, images }) => (
          <li key={`${label} ${predicted}`}>
            <strong>{nameOf(classes, label)}</strong> taken for <strong>{nameOf(classes, predicted)}</strong>{' '}
            <span className="quiet">{plural(images, 'image')}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function MisreadImages({ name, task, classes }: { name: string; task: MisreadTask; classes: readonly JointClass[] }) {
  const { images, misread, pictures, readings } = task;
  return (
    <div className="misread">
      <h4>
        {name}: {count(misread)} of {plural(images, 'image')} misread
        {images > 0 && <span className="quiet"> · {percent(misread / images)}</span>}
      </h4>
      <ul aria-label={`Misread images of ${name}`}>
        {readings.map(({ label, predicted }, index) => {
          const words = `${nameOf(classes, label)} taken for ${nameOf(classes, predicted)}`;
          const sameTask = classes[label]?.task === classes[predicted]?.task;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: pictures have no other identity
            <li key={index} title={words}>
              <Picture pictures={pictures} index={index} label={words} />
              <span aria-hidden="true">
                {classes[label]?.label} → {sameTask ? classes[predicted]?.label : nameOf(classes, predicted)}
              </span>
            </li>
          );
        })}
      </ul>
      {misread > readings.length && <p className="hint">The first {count(readings.length)} are shown.</p>}
    </div>
  );
}
