/** Measures a training step of the recipe that a person is still editing. A run comes first: it ends the measurement. */
import { measureStep } from '../engine/merging/measure-step.ts';
import type { MergeContext } from '../engine/merging/method.ts';
import type { Recipe } from '../engine/recipe.ts';
import { messages } from './messages.ts';

export class Measuring {
  private cancel = () => {};
  private last: Promise<unknown> = Promise.resolve();

  /** Seconds of a training step; null when the recipe trains nothing, or the measurement was ended. */
  measure({ method }: Recipe, context: () => Promise<MergeContext>): Promise<number | null> {
    const before = this.end();
    let cancelled = false;
    this.cancel = () => {
      cancelled = true;
    };
    const own = before.then(async () => {
      if (cancelled || !('epochs' in method) || method.epochs === 0) return null;
      return measureStep(await context(), method, async () => {
        await messages();
        return cancelled;
      });
    });
    this.last = own.catch(() => null);
    return own;
  }

  /** Resolves as soon as nothing is measured any more. */
  async end(): Promise<void> {
    this.cancel();
    await this.last;
  }
}
