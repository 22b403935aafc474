import { useMemo } from 'react';
import { removeRun, renameRun, selectRun, toggleRun } from '../../actions/runs.ts';
import { usePalette } from '../../charts/use-palette.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { EditableText } from '../../components/inputs/EditableText.tsx';
import { differences, differenceText } from '../../runs/differences.ts';
import type { Run } from '../../runs/run.ts';
import { latestLosses, latestScore, stepsDone } from '../../runs/run.ts';
import { hideInCharts, removeRunNamed, showInCharts, showRun, trainingTabControls } from '../../text/controls/stage.ts';
import { describeMethod, stateNames } from '../../text/describe.ts';
import { count, percent, significant } from '../../text/numbers.ts';
import { runColour } from './run-colour.ts';

interface Props {
  runs: readonly Run[];
  selected: Run | null;
}

/** Every run that trains: choose, hide, rename, remove. */
export function RunList({ runs, selected }: Props) {
  const palette = usePalette();
  return (
    <section className="panel-box run-list" aria-labelledby="runs-title">
      <header>
        <h3 id="runs-title">Runs</h3>
      </header>
      <div className="table-scroll">
        <table data-testid="run-list">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Method</th>
              <th scope="col">State</th>
              <th scope="col" className="right">
                Steps
              </th>
              <th scope="col" className="right">
                Loss
              </th>
              <th scope="col" className="right">
                Joint
              </th>
              <th scope="col">
                <span className="only-read">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.toReversed().map((run) => (
              <RunRow
                key={run.id}
                run={run}
                chosen={run.id === selected?.id}
                colour={palette ? runColour(palette, runs, run) : 'transparent'}
              />
            ))}
          </tbody>
        </table>
      </div>
      <Differences runs={runs.filter(({ visible }) => visible)} />
    </section>
  );
}

/** What the recipes of the runs in the charts do not share. */
function Differences({ runs }: { runs: readonly Run[] }) {
  const recipes = runs.map(({ recipe }) => recipe).toReversed();
  // Recipes never change; the runs do with every step.
  const key = runs.map(({ id }) => id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says when the recipes are others
  const found = useMemo(() => differences(recipes), [key]);
  if (runs.length < 2) return null;
  return (
    <div className="differences" data-testid="differences">
      <h4>
        What differs between{' '}
        {runs
          .map(({ name }) => name)
          .toReversed()
          .join(' / ')}
      </h4>
      {found.length === 0 && <p className="hint">Nothing: the recipes are the same.</p>}
      <ul>
        {found.map((difference) => (
          <li key={difference.what}>{differenceText(difference)}</li>
        ))}
      </ul>
    </div>
  );
}

function RunRow({ run, chosen, colour }: { run: Run; chosen: boolean; colour: string }) {
  const { id, name, visible } = run;
  const score = latestScore(run);
  return (
    <tr data-chosen={chosen || undefined}>
      <th scope="row">
        <span className="run-name">
          <input
            type="radio"
            name="shown-run"
            checked={chosen}
            aria-label={showRun(name)}
            onChange={() => selectRun(id)}
          />
          <span className="run-swatch" style={{ background: colour, opacity: visible ? 1 : 0.25 }} aria-hidden="true" />
          <EditableText
            label={trainingTabControls.runName.label}
            value={name}
            onChange={(next) => renameRun(id, next)}
          />
        </span>
      </th>
      <td>{describeMethod(run.recipe.method)}</td>
      <td>
        <span className="state" data-state={run.state}>
          {stateNames[run.state]}
        </span>
        {run.restored && (
          <span className="badge" title="Came with a saved session: what was measured, without M, U and weights.">
            saved
          </span>
        )}
        {run.bereft && (
          <span className="badge" title="Its worker has ended: what was measured is here, without M, U and weights.">
            measured
          </span>
        )}
      </td>
      <td className="right">{count(stepsDone(run))}</td>
      <td className="right">
        {latestLosses(run)
          .map((loss) => significant(loss))
          .join(' · ') || '–'}
      </td>
      <td className="right">{score ? percent(score.joint) : '–'}</td>
      <td className="actions">
        <IconButton
          icon={visible ? 'eye' : 'hidden'}
          label={visible ? hideInCharts(name) : showInCharts(name)}
          aria-pressed={!visible}
          onClick={() => toggleRun(id)}
        />
        <IconButton icon="close" label={removeRunNamed(name)} onClick={() => void removeRun(id)} />
      </td>
    </tr>
  );
}
