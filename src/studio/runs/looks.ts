/** Looking at a run again while it trains. */
import { findRun } from '../stores/runs.ts';
import { isOver, stepsDone } from './run.ts';

interface Looks<T> {
  /** Asks the worker. */
  look: () => Promise<T>;
  take: (seen: T) => void;
  /** Shortest time between two looks, in milliseconds. A look that takes long makes the next one wait longer. */
  pause: number;
}

const pausePerLook = 4;

/** Looks now and, until the run is over, again whenever there are new steps. Answers what ends it: nothing is taken afterwards. */
export function keepLooking<T>(id: string, { look, take, pause }: Looks<T>): () => void {
  let current = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen = -1;
  const turn = async () => {
    const now = findRun(id);
    const step = now ? stepsDone(now) : seen;
    const started = performance.now();
    if (step !== seen) {
      const result = await look();
      if (current) take(result);
      seen = step;
    }
    const wait = Math.max(pause, pausePerLook * (performance.now() - started));
    if (current && now && !isOver(now)) timer = setTimeout(() => void turn(), wait);
  };
  void turn();
  return () => {
    current = false;
    clearTimeout(timer);
  };
}
