/** Ends a training whose numbers have gone wrong, with what is known about it. */
import { StudioError } from '../errors.ts';
import type { Parameters } from '../network/parameters.ts';
import type { DistillationOptions, FsMergeOptions } from '../recipe.ts';

/**
 * How many times its lowest value a loss may be. Losses are mean squares of entries of features, which are about 1 in size: 1 is what
 * guessing nothing gives, and a lower loss than that does not make the bound narrower, since a start may be exact. Batches make a loss
 * swing by less than ten times, and a training with a warm-up that is too steep comes back from some hundred times.
 */
const most = 1000;

/** A loss that is no finite number, or has exploded. */
export class DivergedError extends StudioError {
  /** `step`: of the whole merge. */
  constructor(
    info: ConstructorParameters<typeof StudioError>[0],
    readonly step: number,
  ) {
    super(info);
  }
}

type Options = Pick<FsMergeOptions, 'learningRate' | 'clipNorm'> & {
  initialisation: FsMergeOptions['initialisation'] | DistillationOptions['initialisation'];
};

export class LossWatch {
  constructor(
    private readonly options: Options,
    /** Lowest sum of losses so far. */
    public lowest = Number.POSITIVE_INFINITY,
  ) {}

  /** The losses of a step, and the learnable tensors that are there now. Throws `DivergedError`. */
  async see(step: number, losses: readonly number[], learnable: () => Parameters): Promise<void> {
    const loss = losses.reduce((sum, term) => sum + term, 0);
    if (!Number.isFinite(loss)) {
      const tensor = await firstNotFinite(learnable());
      const where = tensor === null ? 'The loss is' : `Entries of ${tensor} are`;
      throw this.diverged(`${where} no longer finite at step ${step + 1}: the training has diverged.`, step, tensor);
    }
    if (loss > most * Math.max(this.lowest, 1)) {
      const times = timesText(loss / this.lowest);
      throw this.diverged(
        `The loss at step ${step + 1} is ${times} its lowest so far: the training has diverged.`,
        step,
        null,
      );
    }
    this.lowest = Math.min(this.lowest, loss);
  }

  private diverged(message: string, step: number, tensor: string | null): DivergedError {
    const { learningRate, clipNorm, initialisation } = this.options;
    const ways = [`a learning rate of ${Number((learningRate / 10).toPrecision(2))}`];
    if (clipNorm === null) ways.push('gradients clipped at norm 1');
    if (initialisation === 'random') ways.push('the start "first" instead of "random"');
    return new DivergedError({ kind: 'run', message, advice: `Try ${joined(ways)}.`, subject: tensor ?? 'loss' }, step);
  }
}

const timesText = (times: number): string =>
  times < 1e6 ? `${Number(times.toPrecision(2)).toLocaleString('en')} times` : 'more than a million times';

const joined = (ways: readonly string[]): string =>
  ways.length < 2 ? (ways[0] ?? '') : `${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}`;

/** Null when all are finite, or none is: what every tensor has caught came from the loss. */
async function firstNotFinite(learnable: Parameters): Promise<string | null> {
  let first: string | null = null;
  let some = false;
  for (const [name, tensor] of learnable) {
    const values = (await tensor.data()) as Float32Array;
    if (values.every(Number.isFinite)) some = true;
    else first ??= name;
  }
  return some ? first : null;
}
