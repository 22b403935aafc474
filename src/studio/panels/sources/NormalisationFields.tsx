import { useId } from 'react';
import type { SourceInfo } from '../../../worker/protocol.ts';
import { setFacts } from '../../actions/facts.ts';
import { NumberListInput } from '../../components/inputs/NumberListInput.tsx';
import { sourceControls } from '../../text/controls/recipe.ts';
import { normalisationName, normalisations } from '../../text/normalisation.ts';
import { FactOrigin } from './FactOrigin.tsx';

/** What was done to the pixels before the network saw them: a usual preparation, or numbers by hand. */
export function NormalisationFields({ info }: { info: SourceInfo }) {
  const { id: source, mean, std } = info;
  const id = useId();
  const channels = channelsOf(info);
  const usual = normalisations(channels);
  const name = normalisationName(mean.value, std.value);
  const choose = (chosen: string) => {
    const found = usual.find((candidate) => candidate.name === chosen);
    if (found) void setFacts(source, { mean: [...found.mean], std: [...found.std] });
  };
  return (
    <>
      <label htmlFor={`${id}-usual`}>{sourceControls.pixels.label}</label>
      <select id={`${id}-usual`} value={name ?? ''} onChange={(event) => choose(event.target.value)}>
        {name === null && <option value="">by hand</option>}
        {usual.map((preparation) => (
          <option key={preparation.name}>{preparation.name}</option>
        ))}
      </select>
      <FactOrigin fact={std.origin === 'person' ? std : mean} />
      <label htmlFor={`${id}-mean`}>{sourceControls.mean.label}</label>
      <span className="fact-numbers">
        <NumberListInput
          id={`${id}-mean`}
          value={mean.value}
          length={channels}
          onChange={(value) => void setFacts(source, { mean: value })}
        />
      </span>
      <label htmlFor={`${id}-std`}>{sourceControls.deviation.label}</label>
      <span className="fact-numbers">
        <NumberListInput
          id={`${id}-std`}
          value={std.value}
          length={channels}
          positive
          onChange={(value) => void setFacts(source, { std: value })}
        />
      </span>
    </>
  );
}

const channelsOf = ({ input, mean }: SourceInfo): number => input[2] ?? mean.value.length;
