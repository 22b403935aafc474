/** Tells the page of training steps, many at once. */
import type { RunEvent, TrainingPoint } from './protocol.ts';

/** The page gets at most this many updates a second. */
const updatesPerSecond = 20;

export class Telling {
  /** Of the whole run. */
  steps = 0;
  private points: TrainingPoint[] = [];
  private last = 0;
  private stepTime = 0;

  constructor(
    private readonly run: string,
    private readonly send: (event: RunEvent) => void,
  ) {}

  /** `elapsed`: seconds that the step took. */
  add(point: TrainingPoint, elapsed: number): void {
    this.points.push(point);
    this.stepTime = this.stepTime === 0 ? elapsed : 0.9 * this.stepTime + 0.1 * elapsed;
    if (performance.now() - this.last > 1000 / updatesPerSecond) this.flush();
  }

  flush(): void {
    if (this.points.length === 0) return;
    this.last = performance.now();
    const points = this.points;
    this.points = [];
    const done = (points.at(-1)?.step ?? 0) + 1;
    this.send({
      type: 'training',
      run: this.run,
      steps: this.steps,
      points,
      stepsPerSecond: 1 / this.stepTime,
      secondsLeft: (this.steps - done) * this.stepTime,
    });
  }
}
