import { Card } from '../../components/Card.tsx';
import { later } from '../../components/later.tsx';
import { activeRun, selectedRun, useRuns } from '../../stores/runs.ts';
import { cardControls } from '../../text/controls/page.ts';
import { stateNames } from '../../text/describe.ts';

const RunFields = later(async () => (await import('./RunFields.tsx')).RunFields);

/** Card 4: what a run will cost, starting and steering it, how far it is. */
export function RunCard() {
  const shown = useRuns((state) => activeRun(state) ?? selectedRun(state));
  const line = shown ? `${shown.name} · ${stateNames[shown.state]}` : 'not started';
  return (
    <Card id="run" number={4} control={cardControls.run} line={line}>
      <RunFields />
    </Card>
  );
}
