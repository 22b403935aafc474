import { memo } from 'react';
import { sourceColour } from '../../components/SourceMark.tsx';
import { flowPath, flowsOf } from './flows.ts';
import { smooth } from './fold.ts';
import type { Bar, Box, Caption, Column, Layout } from './layout.ts';
import { extent, partsOf, place } from './layout.ts';
import { isHead } from './structure.ts';

interface Props {
  layout: Layout;
  vertical: boolean;
  /** Whether there are M and U. */
  bars: boolean;
  /** Colour of each source. */
  colours: readonly number[];
  /** What is written in the heads. */
  heads: readonly string[];
  /** How far it is folded, 0 to 1. */
  at: number;
}

/** The picture itself: lanes, stream, layers, flows and bars. What can be pressed lies above it. */
export const Drawing = memo(function Drawing({ layout, vertical, bars, colours, heads, at }: Props) {
  const { length, thickness, lanes, stream, columns, captions } = layout;
  const colourOf = (source: number | null) => sourceColour(source === null ? null : (colours[source] ?? source));
  const size = place({ along: 0, across: 0, length, thickness }, vertical);
  const from = (columns[0]?.merged.along ?? 0) - 3;
  const last = columns.at(-1);
  const to = last ? extent(last)[0] + 3 : length;
  const until = last?.merged.along ?? length;
  const whole = (across: number, end: number) => line([from, across], [end, across], vertical);
  return (
    <svg width={size.width} height={size.height + (vertical ? 0 : captionRoom)} aria-hidden="true">
      {lanes.map(({ source, centre }) => (
        <path
          key={source}
          className="lane"
          d={whole(centre, until)}
          stroke={colourOf(source)}
          opacity={0.35 * (1 - at)}
        />
      ))}
      <path className="stream" d={whole(stream, to)} />
      {bars && columns.map((column) => <Flows key={column.layer.key} {...{ column, layout, vertical, colourOf }} />)}
      {columns.map((column) => (
        <Boxes key={column.layer.key} {...{ column, vertical, colourOf, heads }} />
      ))}
      {bars &&
        columns.flatMap(({ bars: all, folded }) =>
          all.map((bar) => <BarShape key={bar.matrix.name} {...{ bar, vertical, colourOf, folded }} />),
        )}
      {bars && lanes.length <= 4 && <Letters columns={columns} vertical={vertical} />}
      {captions.map((caption) => (
        <CaptionText key={caption.text} {...{ caption, vertical, layout }} />
      ))}
    </svg>
  );
});

/** Height of the captions under a picture from left to right. */
export const captionRoom = 18;
/** Width of those beside a picture from top to bottom. */
export const captionWidth = 78;

type ColourOf = (source: number | null) => string;

function line(from: [number, number], to: [number, number], vertical: boolean): string {
  const point = ([along, across]: [number, number]) => (vertical ? `${across} ${along}` : `${along} ${across}`);
  return `M${point(from)}L${point(to)}`;
}

interface FlowsProps {
  column: Column;
  layout: Layout;
  vertical: boolean;
  colourOf: ColourOf;
}

/** Stronger where they carry more. Those to the heads stay when the rest is folded. */
function Flows({ column, layout, vertical, colourOf }: FlowsProps) {
  const left = isHead(column.layer) ? 1 : 1 - smooth(2 * column.folded);
  if (left === 0) return null;
  return flowsOf(column, layout).map(({ key, source, share, points }) => (
    <path
      key={key}
      className="flow"
      d={flowPath(points, vertical)}
      stroke={colourOf(source)}
      opacity={left * (0.25 + 0.75 * (share ?? 0.5 / layout.lanes.length))}
    />
  ));
}

interface BoxesProps {
  column: Column;
  vertical: boolean;
  colourOf: ColourOf;
  heads: readonly string[];
}

function Boxes({ column, vertical, colourOf, heads }: BoxesProps) {
  const { layer, boxes, merged } = column;
  const head = isHead(layer);
  const folded = head ? 0 : column.folded;
  // The merged layer shows through when the sources' layers are nearly there.
  const plain = smooth(2 * folded - 1);
  return (
    <>
      {plain < 1 &&
        boxes.map((box, source) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a box is its source's
          <g key={source} color={colourOf(source)} opacity={1 - plain}>
            <Plate className={head ? 'head' : 'layer'} box={box} vertical={vertical} />
            <Label
              text={head ? (heads[source] ?? '') : layer.label}
              box={box}
              vertical={vertical}
              hidden={folded > 0.1}
            />
          </g>
        ))}
      {plain > 0 && (
        <g color="var(--text)" opacity={plain}>
          <Plate className="merged" box={merged} vertical={vertical} />
          <Label text={layer.label} box={merged} vertical={vertical} hidden={false} />
        </g>
      )}
    </>
  );
}

function Plate({ className, box, vertical }: { className: string; box: Box; vertical: boolean }) {
  return <rect className={className} {...place(box, vertical)} rx={Math.min(6, box.thickness / 3, box.length / 3)} />;
}

function Label({ text, box, vertical, hidden }: { text: string; box: Box; vertical: boolean; hidden: boolean }) {
  const { x, y, width, height } = place(box, vertical);
  if (hidden || height < 10 || width < 5.2 * text.length) return null;
  return (
    <text x={x + width / 2} y={y + height / 2} fontSize={Math.min(10.5, height - 1)} className="layer-label">
      {text}
    </text>
  );
}

interface BarProps {
  bar: Bar;
  vertical: boolean;
  colourOf: ColourOf;
  folded: number;
}

function BarShape({ bar, vertical, colourOf, folded }: BarProps) {
  if (folded === 1) return null;
  return (
    <g data-bar={bar.matrix.name}>
      {partsOf(bar).map(({ block, box }) => (
        <rect
          key={block}
          {...place(box, vertical)}
          rx={1.5}
          fill={colourOf(block === null ? null : (bar.matrix.owners[block] ?? null))}
          opacity={block === null ? 0.45 : 1}
        />
      ))}
    </g>
  );
}

/** "U" and "M" at the bars; of the bars of several M's in a row, at the middle one. */
function Letters({ columns, vertical }: { columns: readonly Column[]; vertical: boolean }) {
  return columns.flatMap(({ layer, bars, folded }) => {
    const middle = layer.merges[Math.floor(layer.merges.length / 2)];
    return bars
      .filter(({ matrix }) => matrix.role === 'U' || matrix === middle)
      .map(({ matrix, box }) => {
        const { x, y, width, height } = place(box, vertical);
        const at = vertical ? { x: x - 7, y: y + height / 2 + 3 } : { x: x + width / 2, y: y - 4 };
        return (
          <text key={matrix.name} className="bar-letter" {...at} opacity={1 - smooth(4 * folded)}>
            {matrix.role}
          </text>
        );
      });
  });
}

interface CaptionProps {
  caption: Caption;
  vertical: boolean;
  layout: Layout;
}

function CaptionText({ caption, vertical, layout: { length, thickness } }: CaptionProps) {
  const { text, from, to } = caption;
  const middle = (from + to) / 2;
  if (vertical) {
    return (
      <>
        <path className="caption-line" d={`M${thickness + 5} ${from}V${to}`} />
        <text className="caption" x={thickness + 11} y={middle} textAnchor="start">
          {text}
        </text>
      </>
    );
  }
  const half = 3.2 * text.length;
  return (
    <>
      <path className="caption-line" d={`M${from} ${thickness + 4}H${to}`} />
      <text
        className="caption"
        x={Math.min(length - half, Math.max(half, middle))}
        y={thickness + 12}
        textAnchor="middle"
      >
        {text}
      </text>
    </>
  );
}
