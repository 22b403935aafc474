import type { ImagesInfo } from '../../../worker/protocol.ts';
import { takeFiles } from '../../actions/files.ts';
import { ErrorNote, Notices } from '../../components/ErrorNote.tsx';
import { FileButton } from '../../components/inputs/FileButton.tsx';
import { NeededFile } from '../../components/NeededFile.tsx';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { imageControls } from '../../text/controls/recipe.ts';
import { plural } from '../../text/numbers.ts';
import { useNeededFiles, useProblems } from '../use-problems.ts';
import { AugmentationFields } from './AugmentationFields.tsx';
import { LoadedImages } from './LoadedImages.tsx';
import { NeededTask } from './NeededTask.tsx';
import { TaskItem } from './TaskItem.tsx';

const describeLoaded = ({ file, train, test }: ImagesInfo) => `${file}: ${plural(train + test, 'image')}`;

/** Every task with its images, what is wrong with them, augmentation, and ways to add more. */
export function ImagesFields() {
  const sources = useRecipe((state) => state.draft.sources);
  const infos = useFiles((state) => state.sources);
  const images = Object.values(useFiles((state) => state.images));
  const problems = useProblems('images');
  const needed = useNeededFiles().filter(({ role }) => role === 'images');
  return (
    <>
      {sources.length === 0 && (
        <p className="hint" data-testid="images-wait">
          {images.length > 0
            ? `${images.map(describeLoaded).join(', ')}. Images belong to sources: drop a checkpoint, too.`
            : 'Images are chosen for each source: drop the sources first.'}
        </p>
      )}
      <Notices place="images" />
      <ol className="source-list" data-testid="task-list">
        {sources.map((source) => {
          const info = infos[source.file];
          return info ? (
            <TaskItem key={source.file} source={source} info={info} />
          ) : (
            <NeededTask key={source.file} source={source} />
          );
        })}
      </ol>
      {needed.map((file) => (
        <NeededFile key={file.name} file={file} />
      ))}
      {problems.map((info) => (
        <ErrorNote key={info.message} info={info} />
      ))}
      <AugmentationFields />
      <LoadedImages />
      <div className="drop-buttons">
        <FileButton
          label={imageControls.files.label}
          className="button quiet"
          onFiles={(files) => void takeFiles(files)}
        >
          {imageControls.chooseFiles.label}
        </FileButton>
        <FileButton
          label={imageControls.folder.label}
          folder
          className="button quiet"
          onFiles={(files) => void takeFiles(files)}
        >
          {imageControls.chooseFolder.label}
        </FileButton>
      </div>
      <p className="hint">
        npz, IDX, CIFAR, parquet, CSV, or a zip, tar or folder with a folder of images for each class.
      </p>
    </>
  );
}
