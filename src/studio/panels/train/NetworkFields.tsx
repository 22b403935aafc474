import { useId } from 'react';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { SourceMark } from '../../components/SourceMark.tsx';
import type { OwnNetwork } from '../../recipe/own-draft.ts';
import { useFiles } from '../../stores/files.ts';
import { editNetwork, useOwn } from '../../stores/own.ts';
import { allClassesOf, classesOf, noClassesOf, ownControls, seedOf } from '../../text/controls/dialogs.ts';
import { count, plural } from '../../text/numbers.ts';
import { isOwnProblem } from './problems.ts';
import { useColours } from './use-colours.ts';

interface Props {
  network: OwnNetwork;
  index: number;
}

/** The classes that one network learns, and its seed. */
export function NetworkFields({ network: { labels, seed }, index }: Props) {
  const images = useOwn((state) => state.draft.images);
  const file = useFiles((state) => (images === null ? undefined : state.images[images]));
  const plan = useOwn((state) => state.check?.plans[index] ?? null);
  const problem = useOwn((state) => state.check?.problems[index] ?? null);
  const colour = useColours()[index] ?? index;
  const id = useId();
  const all = file?.labels ?? [];
  const choose = (label: number, wanted: boolean) =>
    editNetwork(index, {
      labels: all.map((one) => one.label).filter((one) => (one === label ? wanted : labels.includes(one))),
    });
  const chooseAll = (wanted: boolean) => editNetwork(index, { labels: wanted ? all.map(({ label }) => label) : [] });
  return (
    <section className="own-network" aria-labelledby={`${id}-title`} data-testid={`own-network-${index}`}>
      <header>
        <SourceMark colour={colour} />
        <h3 id={`${id}-title`}>Network {index + 1}</h3>
        <span className="own-all">
          <button type="button" className="link" aria-label={allClassesOf(index + 1)} onClick={() => chooseAll(true)}>
            {ownControls.allClasses.label}
          </button>{' '}
          <button type="button" className="link" aria-label={noClassesOf(index + 1)} onClick={() => chooseAll(false)}>
            {ownControls.noClasses.label}
          </button>
        </span>
        <label htmlFor={`${id}-seed`} className="quiet">
          {ownControls.seed.label}
        </label>
        <NumberInput
          id={`${id}-seed`}
          label={seedOf(index + 1)}
          value={seed}
          integer
          min={0}
          max={4_294_967_295}
          onChange={(next) => editNetwork(index, { seed: next })}
        />
      </header>
      <fieldset
        className="class-chips"
        aria-label={classesOf(index + 1)}
        data-numbers={all.every((one) => one.name === null) || undefined}
      >
        {all.map(({ label, name: text }) => (
          <label key={label} data-chosen={labels.includes(label)} title={text === null ? undefined : `label ${label}`}>
            <input
              type="checkbox"
              checked={labels.includes(label)}
              onChange={(event) => choose(label, event.target.checked)}
            />
            <span>{text ?? label}</span>
          </label>
        ))}
      </fieldset>
      <p className="hint">
        {plan
          ? `${plural(plan.images.train, 'image')} · ${plural(plan.steps, 'step')} · ${count(plan.parameters)} numbers`
          : plural(labels.length, 'class', 'classes')}
      </p>
      {problem && isOwnProblem(problem) && <ErrorNote info={problem} />}
    </section>
  );
}
