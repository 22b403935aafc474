import { removeImages, takeFiles } from '../../actions/files.ts';
import { Card } from '../../components/Card.tsx';
import { ErrorNote, Notices } from '../../components/ErrorNote.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { FileButton } from '../../components/inputs/FileButton.tsx';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { describeImages } from '../../text/describe.ts';
import { count } from '../../text/numbers.ts';
import { useProblems } from '../use-problems.ts';
import { AugmentationFields } from './AugmentationFields.tsx';
import { TaskItem } from './TaskItem.tsx';

/** Card 2: which images belong to which task. */
export function ImagesCard() {
  const sources = useRecipe((state) => state.draft.sources);
  const infos = useFiles((state) => state.sources);
  const images = useFiles((state) => state.images);
  const problems = useProblems('images');
  const chosen = sources.flatMap((source) => source.images ?? []);
  const line = chosen.length === 0 ? 'none yet' : chosen.map(({ train }) => count(train)).join(' + ');
  return (
    <Card id="images" number={2} title="Images" line={line} problems={problems.length}>
      {sources.length === 0 && <p className="hint">Images are chosen for each source: drop the sources first.</p>}
      <Notices place="images" />
      <ol className="source-list" data-testid="task-list">
        {sources.map((source) => {
          const info = infos[source.file];
          return info && <TaskItem key={source.file} source={source} info={info} />;
        })}
      </ol>
      {problems.map((info) => (
        <ErrorNote key={info.message} info={info} />
      ))}
      <AugmentationFields />
      <details className="quiet-details">
        <summary>Loaded images: {Object.keys(images).length}</summary>
        <ul className="file-list">
          {Object.values(images).map((info) => (
            <li key={info.id}>
              <span>
                {info.file}
                <small>
                  {describeImages(info)} · {info.split}
                </small>
              </span>
              <IconButton icon="close" label={`Remove ${info.file}`} onClick={() => void removeImages(info.id)} />
            </li>
          ))}
        </ul>
      </details>
      <FileButton label="Image files" className="button quiet wide" onFiles={(files) => void takeFiles(files)}>
        Add images (.npz)
      </FileButton>
    </Card>
  );
}
