import { removeSpare } from '../../actions/files.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { usedFiles } from '../../recipe/files-of.ts';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { remove, unusedSources } from '../../text/controls/recipe.ts';
import { describeSource } from '../../text/describe.ts';

/** Checkpoints that are loaded and that the recipe no longer uses, as after a demo or another recipe: they take memory, and can go. */
export function SpareSources() {
  const sources = useFiles((state) => state.sources);
  const draft = useRecipe((state) => state.draft);
  const used = usedFiles(draft);
  const spare = Object.values(sources).filter(({ id }) => !used.has(id));
  if (spare.length === 0) return null;
  return (
    <details className="quiet-details" data-testid="spare-sources">
      <summary>{unusedSources(spare.length)}</summary>
      <ul className="file-list">
        {spare.map((info) => (
          <li key={info.id}>
            <div>
              {info.id}
              <small>{describeSource(info)}</small>
            </div>
            <IconButton icon="close" label={remove(info.id)} onClick={() => void removeSpare(info.id)} />
          </li>
        ))}
      </ul>
    </details>
  );
}
