import { useId } from 'react';
import type { Activation } from '../../../engine/recipe.ts';
import type { Fact, SourceInfo } from '../../../worker/protocol.ts';
import { setFacts } from '../../actions/files.ts';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { activationNames, originName } from '../../text/describe.ts';
import { plain, plural } from '../../text/numbers.ts';

/** What weights cannot tell: shown in a line with where it comes from, edited when unfolded. */
export function SourceFacts({ info }: { info: SourceInfo }) {
  const { file, heads, epsilon, activation } = info;
  const id = useId();
  const all: Fact<unknown>[] = [heads, epsilon, activation].filter((fact) => fact !== null);
  const guessed = all.some((fact) => fact.origin === 'guess');
  return (
    <details className="facts quiet-details">
      <summary>
        {[
          heads && plural(heads.value, 'head'),
          epsilon && `ε ${plain(epsilon.value)}`,
          activationNames[activation.value],
        ]
          .filter((part) => part !== null)
          .join(' · ')}
        {guessed && <span className="badge">guess</span>}
      </summary>
      <div className="fact-list">
        {heads && (
          <>
            <label htmlFor={`${id}-heads`}>Attention heads</label>
            <NumberInput
              id={`${id}-heads`}
              value={heads.value}
              integer
              min={1}
              onChange={(value) => void setFacts(file, { heads: value })}
            />
            <Origin fact={heads} />
          </>
        )}
        {epsilon && (
          <>
            <label htmlFor={`${id}-epsilon`}>LayerNorm ε</label>
            <NumberInput
              id={`${id}-epsilon`}
              value={epsilon.value}
              min={0}
              above
              onChange={(value) => void setFacts(file, { epsilon: value })}
            />
            <Origin fact={epsilon} />
          </>
        )}
        <label htmlFor={`${id}-activation`}>Activation</label>
        <select
          id={`${id}-activation`}
          value={activation.value}
          onChange={(event) => void setFacts(file, { activation: event.target.value as Activation })}
        >
          {Object.entries(activationNames).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <Origin fact={activation} />
      </div>
    </details>
  );
}

const Origin = ({ fact }: { fact: Fact<unknown> }) => (
  <span className="origin" data-origin={fact.origin}>
    {originName(fact.origin)}
  </span>
);
