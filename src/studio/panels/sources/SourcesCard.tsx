import { takeFiles } from '../../actions/files.ts';
import { Card } from '../../components/Card.tsx';
import { Notices } from '../../components/ErrorNote.tsx';
import { Icon } from '../../components/Icon.tsx';
import { FileButton } from '../../components/inputs/FileButton.tsx';
import { later } from '../../components/later.tsx';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { cardControls } from '../../text/controls/page.ts';
import { sourceControls } from '../../text/controls/recipe.ts';
import { describeSources } from '../../text/describe.ts';
import { TrainButton } from '../train/TrainButton.tsx';
import { useProblems } from '../use-problems.ts';

const SourceList = later(async () => (await import('./SourceList.tsx')).SourceList);

/** Card 1: which checkpoints are merged. */
export function SourcesCard() {
  const sources = useRecipe((state) => state.draft.sources);
  const infos = useFiles((state) => state.sources);
  const loading = useFiles((state) => state.loading);
  const waiting = useFiles((state) => state.waiting);
  const problems = useProblems('sources');
  const nothing = useFiles((state) =>
    [sources, Object.keys(state.sources), Object.keys(state.texts)].every(({ length }) => length === 0),
  );
  const known = sources.flatMap((source) => infos[source.file] ?? []);
  const missing = sources.length - known.length;
  const line = [
    known.length > 0 || missing === 0 ? describeSources(known) : '',
    missing > 0 ? `${missing} not here` : '',
  ];
  return (
    <Card
      id="sources"
      number={1}
      control={cardControls.sources}
      line={line.filter(Boolean).join(' · ')}
      problems={problems.length}
    >
      <Notices place="sources" />
      {!nothing && <SourceList />}
      {waiting.length > 0 && (
        <p className="hint" role="status" data-testid="waiting">
          {waiting.join(', ')} {waiting.length === 1 ? 'waits' : 'wait'} for a checkpoint to tell about: drop it, too.
        </p>
      )}
      <div className="drop-zone" data-testid="drop-zone" data-small={sources.length > 0 || undefined}>
        <Icon name="file" />
        <p aria-live="polite" data-testid="loading">
          {loading ??
            (sources.length > 0
              ? 'Drop more, images for the tasks, or files beside the weights'
              : 'Drop two or more checkpoints: safetensors, PyTorch, npz, Keras or TensorFlow.js, with their config.json')}
        </p>
        <span className="drop-buttons">
          <FileButton label={sourceControls.files.label} onFiles={(files) => void takeFiles(files)}>
            {sourceControls.chooseFiles.label}
          </FileButton>
          <FileButton label={sourceControls.folder.label} folder onFiles={(files) => void takeFiles(files)}>
            {sourceControls.chooseFolder.label}
          </FileButton>
        </span>
      </div>
      <TrainButton />
    </Card>
  );
}
