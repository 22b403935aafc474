import { trains } from '../../runs/run.ts';
import { selectedRun, useRuns } from '../../stores/runs.ts';
import { NothingYet } from '../stage/NothingYet.tsx';
import { AccuracyPanel } from './AccuracyPanel.tsx';
import { LossPanel } from './LossPanel.tsx';
import { RatePanel } from './RatePanel.tsx';
import { RunList } from './RunList.tsx';

/** Loss, accuracy and learning rate of the run under way, earlier runs behind it. */
export function TrainingTab() {
  const runs = useRuns((state) => state.runs);
  const chosen = useRuns(selectedRun);
  const trained = runs.filter((run) => trains(run) && run.origin !== 'file');
  const selected = trained.find(({ id }) => id === chosen?.id) ?? trained.at(-1) ?? null;
  if (trained.length === 0) return <NothingYet what="Loss and accuracy appear here while FS-Merge trains." />;
  return (
    <div className="training">
      <LossPanel runs={trained} selected={selected} />
      <AccuracyPanel runs={trained} selected={selected} />
      <RatePanel runs={trained} selected={selected} />
      <RunList runs={trained} selected={selected} />
    </div>
  );
}
