import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { MatrixPicture, MatrixValues, PictureOptions } from '../../../worker/protocol-matrices.ts';
import { count } from '../../text/numbers.ts';
import type { Block } from './blocks.ts';
import { describeCell, describeSums } from './cells.ts';
import { FactsView } from './FactsView.tsx';
import { Heatmap } from './Heatmap.tsx';
import { inspector } from './inspector.ts';
import type { SharedView } from './shared-view.ts';
import { useAnswer } from './use-answer.ts';

export interface ColumnProps {
  /** Name of the run. */
  owner: string;
  matrix: MatrixValues;
  blocks: readonly Block[];
}

interface Props extends ColumnProps {
  look: PictureOptions;
  shared: SharedView;
  /** Whether it stands beside others. */
  beside: boolean;
}

interface Question {
  matrix: MatrixValues;
  look: PictureOptions;
  blocks: readonly Block[];
}

const paint = ({ matrix, look }: Question): Promise<MatrixPicture> => inspector('pictures').picture(matrix, look);
const measure = (matrix: MatrixValues) => inspector('facts').facts(matrix);

/** The chosen matrix of one run: picture, value looked at, numbers. */
export function MatrixColumn({ owner, matrix, blocks, look, shared, beside }: Props) {
  const question = useMemo(() => ({ matrix, look, blocks }), [matrix, look, blocks]);
  const painted = useAnswer(question, paint);
  const measured = useAnswer(matrix, measure);
  const facts = measured?.question.name === matrix.name ? measured.answer : null;
  return (
    <div className="matrix-column" data-testid="matrix-column">
      {beside && (
        <h4>
          {owner} <span className="quiet">after {count(matrix.step)} steps</span>
        </h4>
      )}
      <div className="matrix-body">
        <div className="matrix-picture">
          <Readout matrix={matrix} blocks={blocks} picture={painted?.answer ?? null} shared={shared} />
          {painted && (
            <Heatmap
              matrix={painted.question.matrix}
              picture={painted.answer}
              blocks={painted.question.blocks}
              shared={shared}
              owner={beside ? owner : null}
            />
          )}
        </div>
        <FactsView matrix={matrix} blocks={blocks} facts={facts} />
      </div>
    </div>
  );
}

interface ReadoutProps {
  matrix: MatrixValues;
  blocks: readonly Block[];
  picture: MatrixPicture | null;
  shared: SharedView;
}

/** The entry that is looked at, exactly. */
function Readout({ matrix, blocks, picture, shared }: ReadoutProps) {
  const cell = useStore(shared, (state) => state.cell);
  const within = cell && cell.row < matrix.rows && cell.column < matrix.columns;
  const names = blocks.map(({ name }) => name);
  return (
    <p className="readout" aria-live="polite">
      <span data-testid="matrix-readout">
        {within ? describeCell(cell, matrix, names) : 'Point at an entry, or walk with the arrow keys.'}
      </span>
      {within && picture && <span className="quiet">{describeSums(cell, picture)}</span>}
    </p>
  );
}
