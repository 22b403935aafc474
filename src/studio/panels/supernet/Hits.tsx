import type { KeyboardEvent } from 'react';
import { memo, useRef, useState } from 'react';
import { openMatrix } from '../../actions/fold.ts';
import type { Hit } from './hits-of.ts';
import { place } from './layout.ts';

interface Props {
  hits: readonly Hit[];
  vertical: boolean;
  /** Key of what is pointed at; null: nothing. */
  onPoint: (key: string | null) => void;
  /** Shows the blocks that are drawn as one, from this one on. */
  onUngroup: (from: number) => void;
}

/** What can be pressed: a button on every bar, and one on blocks that are drawn as one. One of them takes part in the tab order, arrows go on. */
export const Hits = memo(function Hits({ hits, vertical, onPoint, onUngroup }: Props) {
  const [chosen, setChosen] = useState<string | null>(null);
  const element = useRef<HTMLDivElement>(null);
  const current = hits.find(({ key }) => key === chosen) ?? hits[0];
  const onKeyDown = (event: KeyboardEvent) => {
    const at = hits.findIndex(({ key }) => key === current?.key);
    const next = nextHit(event.key, at, hits.length);
    if (next === null) return;
    event.preventDefault();
    element.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys bubble up from its buttons
    <div ref={element} className="hits" onKeyDown={onKeyDown} onPointerLeave={() => onPoint(null)}>
      {hits.map(({ key, box, words, label, opens }) => {
        const { x, y, width, height } = place(box, vertical);
        return (
          <button
            key={key}
            type="button"
            data-bar={key}
            aria-label={label}
            title={words.length > longestLine ? words : undefined}
            tabIndex={key === current?.key ? 0 : -1}
            style={{ left: x, top: y, width, height }}
            onFocus={() => {
              setChosen(key);
              onPoint(key);
            }}
            onBlur={() => onPoint(null)}
            onPointerEnter={() => onPoint(key)}
            onClick={() => (typeof opens === 'string' ? openMatrix(opens) : onUngroup(opens))}
          />
        );
      })}
    </div>
  );
});

/** Words that are longer may not fit into the line below the picture. */
const longestLine = 150;

function nextHit(key: string, at: number, count: number): number | null {
  const moves: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: count - 1,
  };
  const next = moves[key];
  return next === undefined ? null : Math.min(count - 1, Math.max(0, next));
}
