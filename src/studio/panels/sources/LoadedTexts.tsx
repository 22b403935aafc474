import { removeTexts } from '../../actions/files.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { useFiles } from '../../stores/files.ts';
import { remove } from '../../text/controls/recipe.ts';
import { bytes, count } from '../../text/numbers.ts';

/** Text embeddings that are loaded; nothing while there are none. */
export function LoadedTexts() {
  const texts = Object.values(useFiles((state) => state.texts));
  if (texts.length === 0) return null;
  return (
    <details className="quiet-details">
      <summary>Loaded text embeddings: {texts.length}</summary>
      <ul className="file-list">
        {texts.map(({ id, file, rows, columns, bytes: size }) => (
          <li key={id}>
            <span>
              {file}
              <small>
                {count(rows)} rows × {count(columns)} columns · {bytes(size)}
              </small>
            </span>
            <IconButton icon="close" label={remove(file)} onClick={() => void removeTexts(id)} />
          </li>
        ))}
      </ul>
    </details>
  );
}
