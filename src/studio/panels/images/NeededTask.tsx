import { SourceMark } from '../../components/SourceMark.tsx';
import type { DraftSource } from '../../recipe/draft.ts';
import { formatLabels } from '../../recipe/labels.ts';
import { count } from '../../text/numbers.ts';

/** What the recipe says about the images of a source that is not here. */
export function NeededTask({ source: { colour, name, images } }: { source: DraftSource }) {
  return (
    <li className="task-item">
      <div className="task-head">
        <SourceMark colour={colour} />
        <strong>{name}</strong>
      </div>
      <p className="hint">
        {images
          ? `${images.file} · labels ${formatLabels(images.labels) || 'not chosen'} · ${count(images.train)} to train on`
          : 'no images'}
      </p>
    </li>
  );
}
