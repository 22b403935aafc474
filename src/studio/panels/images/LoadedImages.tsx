import type { ImagesInfo } from '../../../worker/protocol.ts';
import { removeImages } from '../../actions/files.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { useFiles } from '../../stores/files.ts';
import { remove } from '../../text/controls/recipe.ts';
import { describeImages } from '../../text/describe.ts';
import { count } from '../../text/numbers.ts';

/** Every file of images: what it is, what was done to it, how many images each label has. */
export function LoadedImages() {
  const images = Object.values(useFiles((state) => state.images));
  return (
    <details className="quiet-details">
      <summary>Loaded images: {images.length}</summary>
      <ul className="file-list">
        {images.map((info) => (
          <li key={info.id}>
            <div>
              {info.file}
              <small>{[describeImages(info), info.split, ...info.notes].join(' · ')}</small>
              <LabelCounts info={info} />
            </div>
            <IconButton icon="close" label={remove(info.file)} onClick={() => void removeImages(info.id)} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const mostRows = 200;

function LabelCounts({ info: { file, labels } }: { info: ImagesInfo }) {
  const named = labels.some(({ name }) => name !== null);
  const columns = ['label', ...(named ? ['name'] : []), 'train', 'test'];
  const rows = labels
    .slice(0, mostRows)
    .map(({ label, name, train, test }) => [String(label), ...(named ? [name ?? ''] : []), count(train), count(test)]);
  const more = labels.length > mostRows ? `, the first ${mostRows} of ${count(labels.length)}` : '';
  return (
    <details className="quiet-details label-counts">
      <summary>Images of each label</summary>
      <DataTable caption={`Images of each label in ${file}${more}`} columns={columns} rows={rows} />
    </details>
  );
}
