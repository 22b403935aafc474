/** Trains networks that become sources, in turn, step by step; tells the page in batches, can be stopped and cancelled. */
import { countParameters } from '../engine/architectures/model.ts';
import type { ImageFile } from '../engine/datasets/image-file.ts';
import { StudioError } from '../engine/errors.ts';
import { checkpointFile } from '../engine/scratch/checkpoint.ts';
import { planScratch } from '../engine/scratch/plan.ts';
import type { ScratchRecipe } from '../engine/scratch/recipe.ts';
import { parseScratch } from '../engine/scratch/recipe.ts';
import type { ScratchProgress, Trained } from '../engine/scratch/train.ts';
import { trainScratch } from '../engine/scratch/train.ts';
import { messages } from './messages.ts';
import type {
  NamedTraining,
  TrainedSource,
  TrainingCheck,
  TrainingEvent,
  TrainingNews,
  TrainingPlan,
} from './protocol-training.ts';
import { errorInfo } from './transfer.ts';

/** The page gets at most this many updates a second. */
const updatesPerSecond = 20;

/** Longest time without looking at messages from the page, in milliseconds. */
const turn = 15;

interface Network {
  name: string;
  training: ReturnType<typeof trainScratch>;
  news: TrainingNews;
  /** Steps taken. */
  taken: number;
  trained: Trained | null;
}

export class SourceTraining {
  /** Whether a training is under way. */
  active = false;
  private networks: Network[] = [];
  private ends: 'stop' | 'cancel' | null = null;
  private failure: StudioError | null = null;
  private lastUpdate = 0;
  private started = 0;
  private lastTurn = 0;

  constructor(
    private readonly imagesOf: (id: string) => ImageFile,
    private readonly send: (event: TrainingEvent) => void,
  ) {}

  check(recipes: readonly ScratchRecipe[]): TrainingCheck {
    const check: TrainingCheck = { problems: [], plans: [] };
    for (const [index, recipe] of recipes.entries()) {
      try {
        checkTwin(recipes, index);
        check.plans.push(planOf(recipe, this.imagesOf(recipe.images)));
        check.problems.push(null);
      } catch (error) {
        check.plans.push(null);
        check.problems.push(errorInfo(error));
      }
    }
    return check;
  }

  /** Null when it was cancelled. Throws what `check` finds, and when a loss is no number any more. */
  async train(trainings: readonly NamedTraining[], prepare: () => Promise<void>): Promise<TrainedSource[] | null> {
    const recipes = trainings.map(({ recipe }) => recipe);
    for (const index of recipes.keys()) checkTwin(recipes, index);
    this.networks = trainings.map((one) => this.begin(one));
    this.active = true;
    this.ends = null;
    this.failure = null;
    try {
      await prepare();
      this.started = performance.now();
      while (this.ends !== 'cancel' && this.networks.some(({ trained }) => trained === null)) await this.round();
      if (this.ends === 'cancel') return null;
      this.flush();
      return this.networks.map(({ name, trained }) => asFile(name, trained as Trained));
    } finally {
      // Frees the tensors of those that did not come to their own end.
      for (const { training } of this.networks) await training.return(undefined as never);
      this.networks = [];
      this.active = false;
    }
  }

  private begin({ name, recipe }: NamedTraining): Network {
    const checked = parseScratch(recipe);
    const images = this.imagesOf(checked.images);
    const { steps } = planScratch(checked, images);
    const training = trainScratch(checked, images);
    return { name, training, news: { steps, losses: [], accuracies: [] }, taken: 0, trained: null };
  }

  /** Ends the training; what is learned is kept. */
  stop(): void {
    this.ends ??= 'stop';
  }

  /** Ends the training; nothing is kept. */
  cancel(): void {
    this.ends = 'cancel';
  }

  /** Ends the training with this error at the next step. */
  fail(error: StudioError): void {
    this.failure = error;
  }

  /** One step, or one measurement, of each network. */
  private async round(): Promise<void> {
    for (const network of this.networks) {
      if (network.trained !== null || this.ends === 'cancel') continue;
      const next = await network.training.next(this.ends === 'stop' ? 'stop' : undefined);
      if (this.failure) throw this.failure;
      if (next.done) network.trained = next.value;
      else note(network, next.value);
      await this.breathe();
    }
    if (performance.now() - this.lastUpdate > 1000 / updatesPerSecond) this.flush();
  }

  /** Lets messages from the page in. */
  private async breathe(): Promise<void> {
    if (performance.now() - this.lastTurn < turn) return;
    await messages();
    this.lastTurn = performance.now();
  }

  private flush(): void {
    this.lastUpdate = performance.now();
    const taken = this.networks.reduce((sum, network) => sum + network.taken, 0);
    const left = this.networks.reduce(
      (sum, { news, taken: own, trained }) => sum + (trained ? 0 : news.steps - own),
      0,
    );
    const seconds = (this.lastUpdate - this.started) / 1000;
    this.send({
      type: 'sources',
      networks: this.networks.map(({ news }) => ({ ...news })),
      secondsLeft: (left * seconds) / taken,
    });
    for (const { news } of this.networks) [news.losses, news.accuracies] = [[], []];
  }
}

function note(network: Network, progress: ScratchProgress): void {
  if (progress.type === 'accuracy') {
    network.news.accuracies.push({ step: progress.step, share: progress.share });
    return;
  }
  network.news.losses.push({ step: progress.step, loss: progress.loss });
  network.taken = progress.step + 1;
}

function planOf(recipe: ScratchRecipe, images: ImageFile): TrainingPlan {
  const { architecture, rows, steps } = planScratch(parseScratch(recipe), images);
  const { train, validation, test } = rows;
  return {
    parameters: countParameters(architecture),
    steps,
    images: { train: train.length, heldOut: validation.length, test: test.length },
  };
}

/** The same recipe twice gives the same network twice, and nothing to merge. */
function checkTwin(recipes: readonly ScratchRecipe[], index: number): void {
  const own = JSON.stringify(recipes[index]);
  if (!recipes.slice(0, index).some((other) => JSON.stringify(other) === own)) return;
  throw new StudioError({
    kind: 'recipe',
    message: 'It has the classes and the seed of the first network, so that both would be the same.',
    advice: 'Choose another seed or other classes.',
    subject: 'seed',
  });
}

function asFile(name: string, trained: Trained): TrainedSource {
  const file = checkpointFile(trained, name);
  const blob = new Blob(
    [...file.chunks()].map((chunk) => new Blob([chunk])),
    { type: 'application/octet-stream' },
  );
  const { accuracy, images, steps } = trained;
  return { name: file.name, blob, accuracy, images, steps };
}
