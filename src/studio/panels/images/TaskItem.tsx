import type { TaskImages } from '../../../engine/recipe.ts';
import type { ImagesInfo, SourceInfo } from '../../../worker/protocol.ts';
import { chooseImages, imageChoices } from '../../actions/files.ts';
import { DropTarget } from '../../components/DropTarget.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { SourceMark } from '../../components/SourceMark.tsx';
import { availableImages, takenAs } from '../../recipe/assign-images.ts';
import type { DraftSource } from '../../recipe/draft.ts';
import { useFiles } from '../../stores/files.ts';
import { editSource } from '../../stores/recipe.ts';
import { imageControls, imagesOf, trainingImagesOf } from '../../text/controls/recipe.ts';
import { shapeText } from '../../text/describe.ts';
import { count } from '../../text/numbers.ts';
import { AugmentedPreview } from './AugmentedPreview.tsx';
import { LabelsInput } from './LabelsInput.tsx';
import { Thumbnails } from './Thumbnails.tsx';

interface Props {
  source: DraftSource;
  info: SourceInfo;
}

/** The images of one task. */
export function TaskItem({ source, info }: Props) {
  const { images } = source;
  const file = useFiles((state) => (images ? state.images[images.file] : undefined));
  return (
    <DropTarget source={source.file} className="task-item">
      <div className="task-head">
        <SourceMark colour={source.colour} />
        <strong>{source.name}</strong>
        <select
          aria-label={imagesOf(source.name)}
          value={images?.file ?? ''}
          onChange={(event) => chooseImages(source.file, event.target.value || null)}
        >
          <option value="">no images</option>
          {images && !file && <option value={images.file}>{images.file} (not here)</option>}
          {imageChoices(info).map(({ id, fit }) => (
            <option key={id} value={id}>
              {fit ? id : `${id} (does not fit)`}
            </option>
          ))}
        </select>
      </div>
      {images && file && <TaskSettings source={source} info={info} images={images} file={file} />}
    </DropTarget>
  );
}

interface SettingsProps {
  source: DraftSource;
  info: SourceInfo;
  images: TaskImages;
  file: ImagesInfo;
}

function TaskSettings({ source, info, images, file }: SettingsProps) {
  const { train: all, test } = availableImages(file, images.labels);
  const most = Math.max(1, all - images.validation);
  const edit = (changes: Partial<TaskImages>) =>
    editSource(source.file, () => ({ imagesByHand: true, images: { ...images, ...changes } }));
  return (
    <>
      <Thumbnails images={images.file} labels={images.labels} />
      <ImageNotes info={info} file={file} />
      <LabelsInput
        source={source}
        info={info}
        file={file}
        labels={images.labels}
        onChange={(labels) => edit({ labels })}
      />
      <Field label={imageControls.trainOn.label} hint={`of ${count(most)}; ${count(test)} others measure accuracy`}>
        {({ id, describedBy }) => (
          <>
            <input
              type="range"
              min={1}
              max={Math.max(1, most)}
              value={Math.min(images.train, most)}
              aria-label={trainingImagesOf(source.name)}
              onChange={(event) => edit({ train: Number(event.target.value) })}
            />
            <NumberInput
              id={id}
              describedBy={describedBy}
              value={images.train}
              integer
              min={1}
              max={most}
              onChange={(train) => edit({ train })}
            />
          </>
        )}
      </Field>
      <details className="quiet-details more-fields">
        <summary>
          {count(images.augmented)} augmented · {count(images.validation)} for validation
        </summary>
        <Field {...imageControls.augmented}>
          {({ id, describedBy }) => (
            <NumberInput
              id={id}
              describedBy={describedBy}
              value={images.augmented}
              integer
              min={0}
              onChange={(augmented) => edit({ augmented })}
            />
          )}
        </Field>
        <Field {...imageControls.validation}>
          {({ id, describedBy }) => (
            <NumberInput
              id={id}
              describedBy={describedBy}
              value={images.validation}
              integer
              min={0}
              max={Math.max(0, all - 1)}
              onChange={(validation) => edit({ validation, train: Math.min(images.train, all - validation) })}
            />
          )}
        </Field>
        {images.augmented > 0 && <AugmentedPreview images={images.file} labels={images.labels} />}
      </details>
    </>
  );
}

/** What is done to the images for this source, and what was done when they were read. */
function ImageNotes({ info, file }: { info: SourceInfo; file: ImagesInfo }) {
  const taken = takenAs(info, file.shape);
  const converted = taken && shapeText(taken) !== shapeText(file.shape);
  if (!converted && file.notes.length === 0) return null;
  return (
    <ul className="hint image-notes">
      {converted && (
        <li>
          converted: {shapeText(file.shape)} → {shapeText(taken)}
        </li>
      )}
      {file.notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
