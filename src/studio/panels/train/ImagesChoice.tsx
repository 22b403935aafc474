import { chooseOwnImages, demoImages } from '../../actions/own.ts';
import { Field } from '../../components/inputs/Field.tsx';
import { useFiles } from '../../stores/files.ts';
import { useOwn } from '../../stores/own.ts';
import { ownControls } from '../../text/controls/dialogs.ts';
import { describeImages } from '../../text/describe.ts';
import { plural } from '../../text/numbers.ts';

/** Loaded images, and those that come with the studio. */
export function ImagesChoice() {
  const loaded = useFiles((state) => state.images);
  const loading = useFiles((state) => state.loading);
  const chosen = useOwn((state) => state.draft.images);
  const images = chosen === null ? undefined : loaded[chosen];
  const known = new Set(Object.keys(loaded).map((id) => id));
  const demos = demoImages.filter(({ path }) => !known.has(path.split('/').at(-1) ?? path));
  const hint =
    loading ??
    (images
      ? `${plural(images.train, 'training image')}, ${plural(images.test, 'test image')} · ${describeImages(images)}`
      : 'Images of your own can be dropped on the page first.');
  return (
    <Field label={ownControls.images.label} hint={<span aria-live="polite">{hint}</span>}>
      {({ id, describedBy }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          value={images ? images.id : ''}
          disabled={loading !== null}
          onChange={(event) => void chooseOwnImages(event.target.value)}
        >
          {!images && <option value="">choose images</option>}
          {Object.keys(loaded).map((file) => (
            <option key={file} value={file}>
              {file}
            </option>
          ))}
          {demos.map(({ path, title }) => (
            <option key={path} value={path}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
