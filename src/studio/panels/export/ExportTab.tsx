import type { Run } from '../../runs/run.ts';
import { isBare } from '../../runs/run.ts';
import { useExport } from '../../stores/export.ts';
import { useRuns } from '../../stores/runs.ts';
import { loadSnippet } from '../../text/snippet.ts';
import { NothingYet } from '../stage/NothingYet.tsx';
import { RestoredNote } from '../stage/RestoredNote.tsx';
import { ExportForm } from './ExportForm.tsx';
import { Snippet } from './Snippet.tsx';

/** Writes a merged network as files, and shows that the files are right. */
export function ExportTab() {
  const runs = useRuns((state) => state.runs);
  const selected = useRuns((state) => state.selected);
  const kept = runs.find((run) => run.id === selected && isBare(run) && run.result?.merged);
  if (kept) return <RestoredNote run={kept} what="the merged network" />;
  const shown = runs.filter((run) => run.result?.merged && !isBare(run));
  const run = shown.find(({ id }) => id === selected) ?? shown.at(-1);
  if (!run) return <NothingYet what="A run that is done, or stopped, can be exported here as one plain network." />;
  return (
    <div className="export">
      <ExportForm key={run.id} run={run} runs={shown} />
      <LoadSection run={run} />
    </div>
  );
}

/** How to load what was exported, or what would be, elsewhere. */
function LoadSection({ run }: { run: Run }) {
  const report = useExport((state) => state.reports[run.id]);
  const container = useExport((state) => state.container);
  const merged = run.result?.merged;
  if (!merged) return null;
  const tasks = run.recipe.sources.map((source) => ({ name: source.name, classes: source.images?.labels.length ?? 0 }));
  const written = report?.options.container === container ? report : null;
  const snippet = loadSnippet(merged, tasks, {
    container,
    scheme: written?.scheme ?? null,
    files: written?.files.map(({ name }) => name) ?? [],
  });
  return <Snippet {...snippet} />;
}
