/** Steps that were taken and whose losses were not read yet. */
import * as tf from '@tensorflow/tfjs-core';
import type { Trainer, UnreadLosses } from '../training/trainer.ts';
import type { LossWatch } from './loss-watch.ts';
import type { TrainingState } from './merge-state.ts';
import type { MergeCommand, MergeProgress } from './method.ts';

interface Taken {
  step: number;
  losses: UnreadLosses;
}

export class UnreadSteps {
  /** Whether a person has ended the training. */
  stopped = false;
  private readonly steps: Taken[];

  constructor(
    private readonly trainer: Trainer,
    private readonly watch: LossWatch,
    private readonly before: number,
    private readonly rate: (step: number) => number,
    untold: TrainingState['untold'],
  ) {
    this.steps = untold.map(({ step, losses }) => ({ step, losses: [...losses] }));
  }

  add(step: number, losses: UnreadLosses): void {
    this.steps.push({ step, losses });
  }

  async *readAllBut(late: number): AsyncGenerator<MergeProgress, void, MergeCommand> {
    while (this.steps.length > late) {
      const { step, losses: unread } = this.steps.shift() as Taken;
      const losses = await this.trainer.valuesOf(unread);
      await this.watch.see(this.before + step, losses, () => this.trainer.learnable);
      const point = { step: this.before + step, losses, rate: this.rate(step) };
      if ((yield { type: 'training', point }) === 'stop') this.stopped = true;
    }
  }

  /** What waits, read early. */
  async untold(): Promise<TrainingState['untold']> {
    for (const taken of this.steps) taken.losses = await this.trainer.valuesOf(taken.losses);
    return this.steps.map(({ step, losses }) => ({ step, losses: losses as number[] }));
  }

  dispose(): void {
    for (const { losses } of this.steps) if (losses instanceof tf.Tensor) losses.dispose();
  }
}
