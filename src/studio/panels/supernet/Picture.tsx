import type { CSSProperties } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { SourceMark, sourceColour } from '../../components/SourceMark.tsx';
import { latestScore } from '../../runs/run.ts';
import { useFold } from '../../stores/fold.ts';
import type { Subject } from '../../stores/subject.ts';
import { folds } from '../../stores/subject.ts';
import { tooltip } from '../../text/controls/control.ts';
import { pictureControls } from '../../text/controls/page.ts';
import { percent } from '../../text/numbers.ts';
import { captionRoom, captionWidth, Drawing } from './Drawing.tsx';
import { foldedAt } from './fold.ts';
import { grouped } from './groups.ts';
import { Hits } from './Hits.tsx';
import { hitsOf } from './hits-of.ts';
import type { Layout } from './layout.ts';
import { layOut, lengthOf } from './layout.ts';
import { layersOf } from './structure.ts';
import type { Shown } from './use-subject.ts';
import { useWidth } from './use-width.ts';
import { foldWords } from './words.ts';

/** Below this width the picture runs from top to bottom. */
const narrow = 560;
/** Height of the lanes, and how long a picture from top to bottom is before blocks are grouped. */
const lanesHeight = 162;
const tallest = 480;
const namesWidth = 104;

interface Props {
  subject: Subject;
  shown: Shown;
  /** What is said while nothing is pointed at. */
  hint: string;
}

/** The picture in its box, which scrolls, and what is said about it. */
export function Picture({ subject, shown, hint }: Props) {
  const { sources, run } = subject;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const vertical = width < narrow;
  /** The first block that was hidden before all were shown; null while they are grouped. */
  const [ungrouped, setUngrouped] = useState<number | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const at = useFold((state) => state.at);
  const bars = folds(subject);
  const { layout, fits } = useLayout(shown, sources.length, width, ungrouped !== null);
  const drawn = useMemo(() => layout && foldedAt(layout, bars ? at : 0), [layout, at, bars]);
  const colours = useKept(sources.map(({ colour }) => colour));
  const scores = run && latestScore(run)?.perTask;
  const heads = useKept(
    sources.map((_, source) => {
      const score = scores?.[source];
      return score == null ? 'head' : percent(score);
    }),
  );
  const tasks = useKept(sources.map(({ file, name, colour }) => ({ id: file, name, colour })));

  const pressable = bars && at < 0.02 ? drawn : null;
  const hits = useMemo(() => (pressable ? hitsOf(pressable, tasks) : []), [pressable, tasks]);
  const told = hits.find(({ key }) => key === pointed)?.words;

  // biome-ignore lint/correctness/useExhaustiveDependencies: only when a person asked for all blocks
  useEffect(() => {
    if (ungrouped === null) return;
    // The button of the group is gone: the first bar that it hid goes on in its place.
    const column = layout?.columns.find(({ layer }) => layer.block === ungrouped);
    const name = column?.bars[0]?.matrix.name;
    if (name) box.current?.querySelector<HTMLElement>(`.hits [data-bar="${name}"]`)?.focus();
  }, [ungrouped]);

  return (
    <div className="supernet-body" ref={box} data-vertical={vertical || undefined}>
      {vertical ? (
        <ul className="task-legend">
          {tasks.map(({ id, name, colour }) => (
            <li key={id}>
              <SourceMark colour={colour} /> {name}
            </li>
          ))}
        </ul>
      ) : (
        drawn && <Names layout={drawn} tasks={tasks} at={bars ? at : 0} />
      )}
      {drawn && width > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: a group of buttons, not of fields
        <div className="supernet-scroll" role="group" aria-label="SuperNet" data-testid="supernet-picture">
          <div className="supernet-canvas">
            <Drawing {...{ layout: drawn, vertical, bars, colours, heads, at: bars ? at : 0 }} />
            <Hits hits={hits} vertical={vertical} onPoint={setPointed} onUngroup={setUngrouped} />
          </div>
        </div>
      )}
      <p className="supernet-told">
        <span data-testid="supernet-readout">{told ?? foldWords(bars ? at : 0) ?? hint}</span>
        {ungrouped !== null && !fits && (
          <button
            type="button"
            className="link"
            title={tooltip(pictureControls.groupBlocks)}
            onClick={() => setUngrouped(null)}
          >
            {pictureControls.groupBlocks.label}
          </button>
        )}
      </p>
    </div>
  );
}

function useLayout({ matrices }: Shown, sources: number, width: number, ungrouped: boolean) {
  return useMemo(() => {
    const vertical = width < narrow;
    const length = vertical ? tallest : width - namesWidth;
    const thickness = vertical ? width - captionWidth : lanesHeight;
    const all = layersOf(matrices);
    if (all.length === 0 || width === 0) return { layout: null, fits: true };
    const fitting = grouped(all, length, lengthOf(vertical));
    const layers = ungrouped ? all : fitting;
    const layout = layOut(layers, sources, { length: vertical ? 0 : length, thickness, vertical });
    return { layout, fits: fitting === all };
  }, [matrices, sources, width, ungrouped]);
}

/** The same array as before while its entries are the same. */
function useKept<T>(values: T[]): readonly T[] {
  const key = JSON.stringify(values);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the values
  return useMemo(() => values, [key]);
}

interface NamesProps {
  layout: Layout;
  tasks: readonly { id: string; name: string; colour: number }[];
  at: number;
}

/** Whose the lanes are, beside them; the box does not scroll them away. */
function Names({ layout, tasks, at }: NamesProps) {
  const { lanes, stream, thickness } = layout;
  return (
    <ul className="lane-names" style={{ height: thickness + captionRoom }}>
      {tasks.map(({ id, name, colour }, source) => (
        <li
          key={id}
          title={name}
          style={{ top: lanes[source]?.centre, color: sourceColour(colour), opacity: 1 - 0.6 * at } as CSSProperties}
        >
          <span>{name}</span>
        </li>
      ))}
      <li className="lane-merged" style={{ top: stream }}>
        <span>merged</span>
      </li>
    </ul>
  );
}
