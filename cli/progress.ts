/** How far a run is: a bar that moves in a terminal, now and then a line elsewhere, JSON Lines for machines. */
import type { Progress } from '../src/headless/api.ts';
import { duration, percent, significant } from '../src/studio/text/numbers.ts';

const width = 24;
/** Seconds between two lines where nothing can move. */
const pause = 5;

export type Show = (progress: Progress) => void;

export function shower(json: boolean): Show {
  if (json) return (progress) => process.stdout.write(`${JSON.stringify({ type: 'progress', ...progress })}\n`);
  if (process.stderr.isTTY) return (progress) => process.stderr.write(`\r\u001b[K${line(progress)}`);
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    if (performance.now() - last < pause * 1000) return;
    last = performance.now();
    process.stderr.write(`${line(progress)}\n`);
  };
}

function line({ state, note, step, steps, losses, joint, secondsLeft }: Progress): string {
  if (steps === 0) return state === 'preparing' ? `${note} …` : state;
  const full = Math.round((width * step) / steps);
  const parts = [
    `${'█'.repeat(full)}${'░'.repeat(width - full)} ${step}/${steps}`,
    losses.length > 0 && `loss ${losses.map((loss) => significant(loss)).join(' · ')}`,
    joint !== null && `joint ${percent(joint)}`,
    secondsLeft !== null && `${duration(secondsLeft)} left`,
  ];
  return parts.filter(Boolean).join('  ');
}
