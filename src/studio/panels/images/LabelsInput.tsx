import { useEffect, useState } from 'react';
import type { ImagesInfo, SourceInfo } from '../../../worker/protocol.ts';
import { Field } from '../../components/inputs/Field.tsx';
import type { DraftSource } from '../../recipe/draft.ts';
import { formatLabels, parseLabels, suggestLabels } from '../../recipe/labels.ts';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { imageControls, labelsLike } from '../../text/controls/recipe.ts';
import { firstNames } from '../../text/describe.ts';
import { plural } from '../../text/numbers.ts';
import { MatchByName } from './MatchByName.tsx';

interface Props {
  source: DraftSource;
  info: SourceInfo;
  file: ImagesInfo;
  labels: number[];
  onChange: (labels: number[]) => void;
}

/** Which of a file's labels the task has, in the order of its classes. Offers likely answers while there is none. */
export function LabelsInput({ source, info, file, labels, onChange }: Props) {
  const shown = formatLabels(labels);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const classes = useClasses(source, info);
  const suggestions = useSuggestions(source, file, classes ?? labels.length, labels);
  const { problem } = parseLabels(text);
  const change = (next: string) => {
    setText(next);
    const parsed = parseLabels(next);
    if (parsed.labels && formatLabels(parsed.labels) !== shown) onChange(parsed.labels);
  };
  return (
    <Field label={imageControls.labels.label} hint={problem ?? describeLabels(labels, classes, file)}>
      {({ id, describedBy }) => (
        <>
          <input
            id={id}
            type="text"
            className="labels"
            aria-describedby={describedBy}
            aria-invalid={problem !== null || (classes === null ? labels.length === 0 : labels.length !== classes)}
            placeholder={labelsLike}
            value={text}
            onChange={(event) => change(event.target.value)}
            onBlur={() => problem === null && setText(shown)}
          />
          <MatchByName source={source} info={info} file={file} />
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

/** How many labels there must be; null where classes come from the labels. */
function useClasses(source: DraftSource, info: SourceInfo): number | null {
  const texts = useFiles((state) => (source.texts === null ? undefined : state.texts[source.texts]));
  if (info.output === 'classes') return info.classes;
  return texts?.rows ?? null;
}

function useSuggestions(source: DraftSource, file: ImagesInfo, classes: number, labels: readonly number[]): number[][] {
  const sources = useRecipe((state) => state.draft.sources);
  if (labels.length === classes) return [];
  const taken = sources.flatMap((other) =>
    other.file !== source.file && other.images?.file === file.id ? other.images.labels : [],
  );
  const all = file.labels.map(({ label }) => label);
  return suggestLabels(all, classes, taken);
}

/** "10 labels for 10 classes, in their order: T-shirt, Trouser, Pullover, …". */
function describeLabels(labels: readonly number[], classes: number | null, file: ImagesInfo): string {
  const known = new Map(file.labels.map(({ label, name }) => [label, name]));
  const names = labels.map((label) => known.get(label) ?? null).filter((name) => name !== null);
  const counted =
    classes === null
      ? `${plural(labels.length, 'label')}, a class each`
      : `${plural(labels.length, 'label')} for ${plural(classes, 'class', 'classes')}, in their order`;
  return names.length > 0 ? `${counted}: ${firstNames(names, 8)}` : counted;
}
