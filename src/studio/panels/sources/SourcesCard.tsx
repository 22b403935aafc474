import { takeFiles } from '../../actions/files.ts';
import { Card } from '../../components/Card.tsx';
import { ErrorNote, Notices } from '../../components/ErrorNote.tsx';
import { Icon } from '../../components/Icon.tsx';
import { FileButton } from '../../components/inputs/FileButton.tsx';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { describeSources } from '../../text/describe.ts';
import { useProblems } from '../use-problems.ts';
import { AlignmentFields } from './AlignmentFields.tsx';
import { LoadedTexts } from './LoadedTexts.tsx';
import { SourceItem } from './SourceItem.tsx';

/** Card 1: which checkpoints are merged. */
export function SourcesCard() {
  const sources = useRecipe((state) => state.draft.sources);
  const infos = useFiles((state) => state.sources);
  const loading = useFiles((state) => state.loading);
  const problems = useProblems('sources');
  const known = sources.flatMap((source) => infos[source.file] ?? []);
  return (
    <Card id="sources" number={1} title="Sources" line={describeSources(known)} problems={problems.length}>
      <Notices place="sources" />
      <ol className="source-list" data-testid="source-list">
        {sources.map((source, index) => {
          const info = infos[source.file];
          return (
            info && (
              <SourceItem
                key={source.file}
                source={source}
                info={info}
                first={index === 0}
                last={index === sources.length - 1}
              />
            )
          );
        })}
      </ol>
      {problems.map((info) => (
        <ErrorNote key={info.message} info={info} />
      ))}
      <AlignmentFields infos={known} />
      <LoadedTexts />
      <div className="drop-zone" data-testid="drop-zone" data-small={sources.length > 0 || undefined}>
        <Icon name="file" />
        <p aria-live="polite" data-testid="loading">
          {loading ??
            (sources.length > 0
              ? 'Drop more, images for the tasks, or files beside the weights'
              : 'Drop two or more checkpoints: safetensors, PyTorch, npz, Keras or TensorFlow.js, with their config.json')}
        </p>
        <span className="drop-buttons">
          <FileButton label="Checkpoint and image files" onFiles={(files) => void takeFiles(files)}>
            Choose files
          </FileButton>
          <FileButton label="A folder of checkpoints or images" folder onFiles={(files) => void takeFiles(files)}>
            Choose a folder
          </FileButton>
        </span>
      </div>
    </Card>
  );
}
