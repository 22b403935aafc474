/** Early stopping: the learnable tensors at the lowest validation loss, and how many measurements ago that was. */
import type { Weights } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';
import { toHost } from '../network/parameters.ts';
import type { BestState } from './merge-state.ts';

export class BestSoFar {
  /** On the host; null without early stopping, or before the first measurement. */
  kept: Weights | null;
  private lowest: number;
  private since: number;

  constructor(
    private readonly patience: number | null,
    { lowest, since, kept }: BestState = { lowest: Number.POSITIVE_INFINITY, since: 0, kept: null },
  ) {
    this.lowest = lowest;
    this.since = since;
    this.kept = kept;
  }

  get isOver(): boolean {
    return this.patience !== null && this.since >= this.patience;
  }

  get state(): BestState {
    const { lowest, since, kept } = this;
    return { lowest, since, kept };
  }

  async see(losses: readonly number[], learnable: Parameters): Promise<void> {
    if (this.patience === null) return;
    const loss = losses.reduce((sum, term) => sum + term, 0);
    this.since = loss < this.lowest ? 0 : this.since + 1;
    if (this.since > 0) return;
    this.lowest = loss;
    this.kept = await copiesOnHost(learnable);
  }
}

/** A backend may hand out memory of its own; a snapshot must not change with it. */
async function copiesOnHost(parameters: Parameters): Promise<Weights> {
  const weights = await toHost(parameters);
  return new Map([...weights].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]));
}
