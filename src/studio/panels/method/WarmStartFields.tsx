import type { FsMergeOptions, WarmStart } from '../../../engine/recipe.ts';
import { Field } from '../../components/inputs/Field.tsx';
import { useFiles } from '../../stores/files.ts';
import { editFsMerge } from '../../stores/recipe.ts';
import { methodControls } from '../../text/controls/recipe.ts';
import { methodNames } from '../../text/describe.ts';

/** Methods that hand out their M and U. */
const methods = ['average', 'regmean', 'git-re-basin', 'zipit'] as const;

/** What a warm start starts from: a merge in closed form, a saved SuperNet, or a checkpoint that is the target. */
export function WarmStartFields({ options: { warmStart } }: { options: FsMergeOptions }) {
  const superNets = useFiles((state) => state.superNets);
  const sources = useFiles((state) => state.sources);
  const choices: { label: string; start: WarmStart }[] = [
    ...methods.map((method) => ({ label: methodNames[method], start: { from: 'method' as const, method } })),
    ...Object.keys(superNets).map((file) => ({ label: file, start: { from: 'supernet' as const, file } })),
    ...Object.keys(sources).map((file) => ({
      label: `${file}, as a target`,
      start: { from: 'target' as const, file },
    })),
  ];
  const keys = choices.map(({ start }) => JSON.stringify(start));
  const chosen = warmStart === null ? '' : JSON.stringify(warmStart);
  return (
    <Field label={methodControls.startFrom.label} wide hint={hintOf(warmStart)}>
      {({ id, describedBy }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          value={keys.includes(chosen) ? chosen : ''}
          onChange={({ target }) => editFsMerge({ warmStart: choices[keys.indexOf(target.value)]?.start ?? null })}
        >
          <option value="">choose</option>
          {choices.map(({ label }, index) => (
            <option key={keys[index]} value={keys[index]}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function hintOf(start: WarmStart | null): string {
  switch (start?.from) {
    case undefined:
      return methodControls.startFrom.hint;
    case 'method':
      return 'M and U of that merge, found in closed form; training goes on from its accuracy.';
    case 'supernet':
      return 'Goes on from the saved M and U; with 0 epochs it is folded as it is.';
    case 'target':
      return 'Source 1 is folded to this checkpoint as nearly as its layers allow; kind full is needed.';
    default:
      throw start satisfies never;
  }
}
