import { useEffect, useState } from 'react';
import type { StudioErrorInfo } from '../../../engine/errors.ts';
import type { Demonstration } from '../../../worker/protocol.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { attempt, client } from '../../session.ts';
import { currentRecipe, isReady, useRecipe } from '../../stores/recipe.ts';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { tooltip } from '../../text/controls/control.ts';
import { methodControls } from '../../text/controls/recipe.ts';
import { count, significant } from '../../text/numbers.ts';

/** The paper's mechanisms, checked on the sources at one layer. */
export function TheorySection() {
  const ready = useRecipe(isReady);
  const [open, setOpen] = useState(false);
  return (
    <details
      className="quiet-details more-fields"
      data-testid="theory-section"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>Theory, checked on these sources</summary>
      {ready && open && <Theory />}
      {!ready && <p className="hint">Two sources and their images are needed.</p>}
    </details>
  );
}

function Theory() {
  const [layers, setLayers] = useState<string[]>([]);
  const [layer, setLayer] = useState('');
  const [shown, setShown] = useState<Demonstration | null>(null);
  const [problem, setProblem] = useState<StudioErrorInfo | null>(null);
  const [working, setWorking] = useState(false);
  const busy = useRuns(isBusy);
  const sources = useRecipe((state) => state.draft.sources);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other sources have other layers
  useEffect(() => {
    let current = true;
    void attempt(setProblem, () => client.layers(currentRecipe())).then((found) => {
      if (!current || !found) return;
      setLayers(found);
      setLayer((before) => (found.includes(before) ? before : (found[0] ?? '')));
    });
    return () => {
      current = false;
    };
  }, [sources]);
  const check = async () => {
    setProblem(null);
    setWorking(true);
    setShown(await attempt(setProblem, () => client.demonstrate(currentRecipe(), layer)));
    setWorking(false);
  };
  return (
    <>
      <Field {...methodControls.layer}>
        {({ id }) => (
          <>
            <select id={id} value={layer} onChange={(event) => setLayer(event.target.value)}>
              {layers.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
            <button
              type="button"
              className="button small"
              title={tooltip(methodControls.check)}
              disabled={busy || working || layer === ''}
              onClick={() => void check()}
            >
              {working ? 'Checking…' : methodControls.check.label}
            </button>
          </>
        )}
      </Field>
      {problem && <ErrorNote info={problem} />}
      {shown && <Result shown={shown} />}
    </>
  );
}

function Result({ shown: { layer, size, reach, singular, gitReBasin, regMean } }: { shown: Demonstration }) {
  const rows: [string, string][] = [
    [
      `Any target: source 1 alone folds to source 2's weight, rank ${count(reach.rank)} of ${count(Math.min(...size))}`,
      `${significant(reach.error)} off`,
    ],
    [
      `Not with a singular layer: cut to rank ${count(singular.rank)}`,
      `${significant(singular.error)} off, no M and U better than ${significant(singular.smallestError)}`,
    ],
    [
      'Git Re-Basin as M and U folds to the mean of the permuted weights',
      `${significant(gitReBasin.weight)} off, biases ${significant(gitReBasin.bias)}`,
    ],
    [
      'RegMean as M and U folds to (Σ\u00a0Wᵢ\u00a0Gᵢ)\u2060(Σ\u00a0Gᵢ)⁻¹',
      `${significant(regMean.weight)} off, biases ${significant(regMean.bias)}`,
    ],
  ];
  return (
    <dl className="theory" data-testid="theory" aria-label={`Theory at ${layer}`}>
      {rows.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
