import type { FsMergeOptions, Objective, Scope } from '../../../engine/recipe.ts';
import type { SourceInfo } from '../../../worker/protocol.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { editFsMerge } from '../../stores/recipe.ts';
import { methodControls } from '../../text/controls/recipe.ts';
import { objectiveLines, objectiveNames, scopeLines } from '../../text/describe.ts';
import { InnerSites } from './InnerSites.tsx';

const scopes = (Object.keys(scopeLines) as Scope[]).map((value) => ({ value, label: value }));

interface Props {
  options: FsMergeOptions;
  architecture: SourceInfo['architecture'] | null;
}

/** What is compared while M and U are trained. */
export function ObjectiveFields({ options, architecture }: Props) {
  const objectives = (Object.keys(objectiveNames) as Objective[]).filter(
    (objective) => objective !== 'inner' || architecture !== 'mlp',
  );
  return (
    <>
      {architecture === 'mlp' && (
        <Choice
          label={methodControls.scope.label}
          options={scopes}
          value={options.scope}
          onChange={(scope) => editFsMerge({ scope })}
          hint={scopeLines[options.scope]}
        />
      )}
      {options.scope === 'global' && (
        <Choice
          label={methodControls.objective.label}
          options={objectives.map((value) => ({ value, label: objectiveNames[value] }))}
          value={options.objective}
          onChange={(objective) => editFsMerge({ objective })}
          hint={objectiveLines[options.objective]}
        />
      )}
      {options.objective === 'inner' && <InnerSites sites={options.inner} />}
    </>
  );
}
