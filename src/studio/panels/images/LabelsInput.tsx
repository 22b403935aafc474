import { useEffect, useState } from 'react';
import type { ImagesInfo } from '../../../worker/protocol.ts';
import { Field } from '../../components/inputs/Field.tsx';
import type { DraftSource } from '../../recipe/draft.ts';
import { formatLabels, parseLabels, suggestLabels } from '../../recipe/labels.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { plural } from '../../text/numbers.ts';

interface Props {
  source: DraftSource;
  file: ImagesInfo;
  /** Classes of the source's head. */
  classes: number;
  labels: number[];
  onChange: (labels: number[]) => void;
}

/** Which of a file's labels the task has, in the order of its classes. Offers likely answers while there is none. */
export function LabelsInput({ source, file, classes, labels, onChange }: Props) {
  const shown = formatLabels(labels);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const sources = useRecipe((state) => state.draft.sources);
  const taken = sources.flatMap((other) =>
    other.file !== source.file && other.images?.file === file.id ? other.images.labels : [],
  );
  const suggestions =
    labels.length === classes
      ? []
      : suggestLabels(
          file.labels.map(({ label }) => label),
          classes,
          taken,
        );
  const { problem } = parseLabels(text);
  const change = (next: string) => {
    setText(next);
    const parsed = parseLabels(next);
    if (parsed.labels && formatLabels(parsed.labels) !== shown) onChange(parsed.labels);
  };
  return (
    <Field
      label="Labels"
      hint={problem ?? `${plural(labels.length, 'label')} for ${plural(classes, 'class', 'classes')}, in their order`}
    >
      {({ id, describedBy }) => (
        <>
          <input
            id={id}
            type="text"
            className="labels"
            aria-describedby={describedBy}
            aria-invalid={problem !== null || labels.length !== classes}
            placeholder="0–4, 7"
            value={text}
            onChange={(event) => change(event.target.value)}
            onBlur={() => problem === null && setText(shown)}
          />
          {suggestions.slice(0, 3).map((suggestion) => (
            <button key={suggestion[0]} type="button" className="chip" onClick={() => onChange(suggestion)}>
              {formatLabels(suggestion)}
            </button>
          ))}
        </>
      )}
    </Field>
  );
}
