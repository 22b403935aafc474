import type { ReactNode } from 'react';
import { useId } from 'react';
import type { CardId } from '../stores/ui.ts';
import { toggleCard, useUi } from '../stores/ui.ts';
import type { Control } from '../text/controls/control.ts';
import { ariaKeys, tooltip } from '../text/controls/control.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Icon } from './Icon.tsx';

interface Props {
  id: CardId;
  number: number;
  control: Control;
  /** What was chosen, in one line: all that a folded card shows. */
  line: string;
  /** Things that keep the recipe from running. */
  problems?: number;
  children: ReactNode;
}

/** One card of the recipe. Its heading folds it. */
export function Card({ id, number, control, line, problems = 0, children }: Props) {
  const open = useUi((state) => state.open[id]);
  const body = useId();
  return (
    <section className="card" data-testid={`card-${id}`} data-open={open}>
      <h2>
        <button
          type="button"
          className="card-head"
          aria-expanded={open}
          aria-controls={body}
          aria-keyshortcuts={ariaKeys(control)}
          title={tooltip(control)}
          onClick={() => toggleCard(id)}
          id={`card-${id}`}
        >
          <span className="card-number" aria-hidden="true">
            {number}
          </span>
          <span className="card-title">{control.label}</span>
          <span className="card-line" title={line}>
            {line}
          </span>
          {problems > 0 && <span className="badge bad">{problems === 1 ? '1 problem' : `${problems} problems`}</span>}
          <Icon name="chevron" />
        </button>
      </h2>
      <div id={body} className="card-body" hidden={!open}>
        {open && <ErrorBoundary>{children}</ErrorBoundary>}
      </div>
    </section>
  );
}
