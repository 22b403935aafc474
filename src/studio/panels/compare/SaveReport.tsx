import { useState } from 'react';
import { saveReport } from '../../actions/report.ts';
import { Icon } from '../../components/Icon.tsx';
import type { Comparison } from '../../runs/compare.ts';
import type { Run } from '../../runs/run.ts';
import { useRuns } from '../../stores/runs.ts';
import { compareControls } from '../../text/controls/stage.ts';

/** Chooses runs of one setting, and saves a report on them. */
export function SaveReport({ tables }: { tables: readonly Comparison[] }) {
  const runs = useRuns((state) => state.runs);
  const selected = useRuns((state) => state.selected);
  const [picked, setPicked] = useState<readonly string[] | null>(null);
  const over = (table: Comparison): Run[] =>
    runs.filter((run) => run.result !== null && table.rows.some(({ key }) => key === run.id));
  const table = tables.find((one) => over(one).some(({ id }) => id === selected)) ?? tables.find((one) => over(one)[0]);
  if (!table) return null;
  const all = over(table);
  const usual = all.find(({ id }) => id === selected) ?? all.at(-1);
  const ids = picked ?? (usual ? [usual.id] : []);
  const chosen = all.filter(({ id }) => ids.includes(id));
  const toggle = (id: string) => setPicked(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]);
  return (
    <section className="panel-box save-report" aria-labelledby="report-title">
      <header>
        <h3 id="report-title">Report</h3>
        <span className="quiet">one HTML file: recipe, sources, accuracy, cost and charts</span>
        <button
          type="button"
          className="button"
          disabled={chosen.length === 0}
          onClick={() => void saveReport(table, chosen, 'compare')}
        >
          <Icon name="download" /> {compareControls.saveReport.label}
        </button>
      </header>
      <fieldset>
        <legend className="only-read">Runs in the report</legend>
        {all.map(({ id, name }) => (
          <label key={id}>
            <input type="checkbox" checked={ids.includes(id)} onChange={() => toggle(id)} /> {name}
          </label>
        ))}
      </fieldset>
    </section>
  );
}
