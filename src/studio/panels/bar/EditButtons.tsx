import { redo, undo } from '../../actions/undo.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { useHistory } from '../../stores/history.ts';

/** Undo and redo of the recipe; what would be undone is said. */
export function EditButtons() {
  const last = useHistory((state) => state.past.at(-1)?.what);
  const next = useHistory((state) => state.future.at(-1)?.what);
  return (
    <div className="bar-edits">
      <IconButton
        icon="undo"
        label={last === undefined ? 'Nothing to undo' : `Undo: ${last}`}
        aria-keyshortcuts="Control+Z Meta+Z"
        disabled={last === undefined}
        onClick={() => void undo()}
      />
      <IconButton
        icon="redo"
        label={next === undefined ? 'Nothing to redo' : `Redo: ${next}`}
        aria-keyshortcuts="Control+Shift+Z Meta+Shift+Z Control+Y"
        disabled={next === undefined}
        onClick={() => void redo()}
      />
    </div>
  );
}
