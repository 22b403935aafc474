import { redo, undo } from '../../actions/undo.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { useHistory } from '../../stores/history.ts';
import { ariaKeys, tooltip } from '../../text/controls/control.ts';
import { barControls, redoOf, undoOf } from '../../text/controls/page.ts';

/** Undo and redo of the recipe; what would be undone is said. */
export function EditButtons() {
  const last = useHistory((state) => state.past.at(-1)?.what);
  const next = useHistory((state) => state.future.at(-1)?.what);
  return (
    <div className="bar-edits">
      <IconButton
        icon="undo"
        label={undoOf(last)}
        title={tooltip({ ...barControls.undo, hint: undoOf(last) })}
        aria-keyshortcuts={ariaKeys(barControls.undo)}
        disabled={last === undefined}
        onClick={() => void undo()}
      />
      <IconButton
        icon="redo"
        label={redoOf(next)}
        title={tooltip({ ...barControls.redo, hint: redoOf(next) })}
        aria-keyshortcuts={ariaKeys(barControls.redo)}
        disabled={next === undefined}
        onClick={() => void redo()}
      />
    </div>
  );
}
