import { useId } from 'react';
import type { Activation } from '../../../engine/recipe.ts';
import type { Fact, SourceInfo } from '../../../worker/protocol.ts';
import { setFacts } from '../../actions/facts.ts';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { sourceControls } from '../../text/controls/recipe.ts';
import { activationNames, describeResize, firstNames } from '../../text/describe.ts';
import { describeFacts } from '../../text/describe-facts.ts';
import { FactOrigin } from './FactOrigin.tsx';
import { NormalisationFields } from './NormalisationFields.tsx';

/** What weights cannot tell: shown in a line with where it comes from, edited when unfolded. */
export function SourceFacts({ info }: { info: SourceInfo }) {
  const { id: source, heads, epsilon, activation, mean, std, labels, resize } = info;
  const id = useId();
  const all: Fact<unknown>[] = [heads, epsilon, activation, mean, std].filter((fact) => fact !== null);
  const guessed = all.some((fact) => fact.origin === 'guess');
  return (
    <details className="facts quiet-details">
      <summary>
        {describeFacts(info)}
        {guessed && <span className="badge">guess</span>}
      </summary>
      <div className="fact-list">
        {heads && (
          <>
            <label htmlFor={`${id}-heads`}>{sourceControls.heads.label}</label>
            <NumberInput
              id={`${id}-heads`}
              value={heads.value}
              integer
              min={1}
              onChange={(value) => void setFacts(source, { heads: value })}
            />
            <FactOrigin fact={heads} />
          </>
        )}
        {epsilon && (
          <>
            <label htmlFor={`${id}-epsilon`}>{sourceControls.epsilon.label}</label>
            <NumberInput
              id={`${id}-epsilon`}
              value={epsilon.value}
              min={0}
              above
              onChange={(value) => void setFacts(source, { epsilon: value })}
            />
            <FactOrigin fact={epsilon} />
          </>
        )}
        <label htmlFor={`${id}-activation`}>{sourceControls.activation.label}</label>
        <select
          id={`${id}-activation`}
          value={activation.value}
          onChange={(event) => void setFacts(source, { activation: event.target.value as Activation })}
        >
          {Object.entries(activationNames).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <FactOrigin fact={activation} />
        <NormalisationFields info={info} />
        {resize && (
          <>
            <span>Resize</span>
            <span>{describeResize(resize.value)}</span>
            <FactOrigin fact={resize} />
          </>
        )}
        {labels && (
          <>
            <span>Class names</span>
            <span title={labels.value.slice(0, 100).join(', ')}>
              {labels.value.length}: {firstNames(labels.value, 3)}
            </span>
            <FactOrigin fact={labels} />
          </>
        )}
      </div>
    </details>
  );
}

/** "4 heads · ε 1e-6 · GELU · pixels 0 to 1 · 10 class names". */
