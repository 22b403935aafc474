import type { SourceInfo } from '../../../worker/protocol.ts';
import { Field } from '../../components/inputs/Field.tsx';
import type { DraftSource } from '../../recipe/draft.ts';
import { useFiles } from '../../stores/files.ts';
import { editSource } from '../../stores/recipe.ts';
import { sourceControls } from '../../text/controls/recipe.ts';
import { count } from '../../text/numbers.ts';

/** Where the classes of a source without a head of classes come from. Texts are offered that are as wide as its embedding. */
export function ClassesFrom({ source, info }: { source: DraftSource; info: SourceInfo }) {
  const texts = useFiles((state) => state.texts);
  const offered = Object.values(texts).filter(({ columns }) => columns === info.classes);
  return (
    <Field
      label={sourceControls.classesFrom.label}
      wide
      hint={`It gives an embedding of ${count(info.classes)} numbers. Text embeddings of ${count(info.classes)} columns, a row for each class, can be dropped beside it.`}
    >
      {({ id, describedBy }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          value={source.texts ?? ''}
          onChange={(event) => editSource(source.file, () => ({ texts: event.target.value || null }))}
        >
          <option value="">the labels of its images (nearest class mean)</option>
          {offered.map((text) => (
            <option key={text.id} value={text.id}>
              {text.file} ({count(text.rows)} × {count(text.columns)})
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
