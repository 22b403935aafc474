/** FS-Merge: train a Foldable SuperNet on feature reconstruction, fold it (Kinderman et al., arXiv 2410.01483). */
import type { Architecture } from '../architectures/model.ts';
import { TrainingSet } from '../datasets/training-set.ts';
import { StudioError } from '../errors.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { modelPredictor, networkPredictor } from '../evaluation/predictors.ts';
import { keptMatrices, liveMatrices } from '../inspection/matrices.ts';
import { toHost } from '../network/parameters.ts';
import { permutation, seededRandom } from '../random.ts';
import type { FsMergeOptions } from '../recipe.ts';
import { countLearnable, SuperNet } from '../supernet/supernet.ts';
import { adamWDefaults } from '../training/adamw.ts';
import { globalProblem } from '../training/global-problem.ts';
import { localProblem } from '../training/local-problem.ts';
import { rateOf } from '../training/schedule.ts';
import { Trainer } from '../training/trainer.ts';
import type { MergeMethod } from './method.ts';
import { classesOf } from './method.ts';

/** Held-out images of each task measured while training; the final score uses all. */
const liveImages = 500;

const bytesPerLearnable = 4 * 4; // value, gradient and AdamW's two moments, 32-bit each

export const fsMerge: MergeMethod<'fs-merge'> = {
  problems,
  cost(architectures, options, images) {
    const learnable = countLearnable(architectures, options);
    return { steps: countSteps(options, images), learnable, trainingBytes: learnable * bytesPerLearnable };
  },
  async *merge({ models, tasks, seed }, options) {
    const { kind, initialisation, rank } = options;
    const classes = classesOf(models);
    yield { type: 'preparing', note: "Computing the sources' features" };
    const data = new TrainingSet(tasks.map((task) => task.train));
    const held: { dispose(): void }[] = [];
    const hold = <T extends { dispose(): void }>(item: T): T => {
      held.push(item);
      return item;
    };
    try {
      const supernet = hold(new SuperNet(models, { kind, initialisation, rank, seed }));
      const problem = hold(
        options.scope === 'local'
          ? await localProblem(supernet, data)
          : await globalProblem(supernet, data, options.objective),
      );
      const trainer = hold(
        new Trainer(problem, {
          ...adamWDefaults,
          weightDecay: options.weightDecay,
          clipNorm: options.clipNorm,
          frozen: new Set(options.freezeNorms ? supernet.normParameters : []),
        }),
      );
      const steps = countSteps(options, data.count);
      const schedule = (max: number) => rateOf(options.schedule, max, steps, options.warmUp);
      const rate = schedule(options.learningRate);
      const diagonal = schedule(options.diagonalLearningRate ?? options.learningRate);
      let step = 0;
      yield {
        type: 'started',
        steps,
        matrices: liveMatrices(
          supernet,
          () => trainer.learnable,
          () => step,
        ),
      };
      for (const rows of batches(data.count, options, seed)) {
        if (options.evaluateEvery > 0 && step % options.evaluateEvery === 0) {
          const predictor = networkPredictor(supernet.architecture, supernet.foldedNetwork(trainer.learnable), classes);
          const score = await evaluate(predictor, tasks, liveImages);
          predictor.dispose();
          yield { type: 'accuracy', step, score };
        }
        const losses = await trainer.step(rows, { rate: rate(step), diagonal: diagonal(step) });
        const point = { step, losses, rate: rate(step) };
        step++;
        const command = yield { type: 'training', point };
        if (command === 'stop') break;
      }
      const model = await supernet.foldedModel(trainer.learnable);
      const matrices = keptMatrices(supernet, await toHost(trainer.learnable), step);
      const learnable = countLearnable(
        models.map((source) => source.architecture),
        options,
      );
      return { model, predictor: () => modelPredictor(model, classes), steps: step, learnable, matrices };
    } finally {
      for (const item of held.reverse()) item.dispose();
    }
  },
};

const countSteps = ({ epochs, batchSize }: FsMergeOptions, images: number): number =>
  epochs * Math.ceil(images / batchSize);

/** Rows of every step's batch: each epoch sees every image once, in an order of its own. */
function* batches(images: number, { epochs, batchSize }: FsMergeOptions, seed: number): Generator<Uint32Array> {
  const random = seededRandom(seed + 1);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(images, random);
    for (let start = 0; start < images; start += batchSize) yield order.subarray(start, start + batchSize);
  }
}

function problems(architectures: readonly Architecture[], options: FsMergeOptions): StudioError[] {
  const found: StudioError[] = [];
  const problem = (message: string, advice: string, subject: string) =>
    found.push(new StudioError({ kind: 'recipe', message, advice, subject }));
  if (options.kind === 'low-rank' && options.initialisation !== 'random') {
    problem(
      `Low-rank matrices without a diagonal cannot start as "${options.initialisation}".`,
      'Choose the initialisation "random", or the kind "diagonal + low-rank".',
      'initialisation',
    );
  }
  if (options.scope === 'local' && architectures.some(({ kind }) => kind !== 'mlp')) {
    problem(
      'Local training is for MLPs: with skip connections and attention it fails.',
      'Choose the scope "global".',
      'scope',
    );
  }
  const [first] = architectures;
  const width = first?.kind === 'vit' ? first.width : first?.widths[0];
  if (options.kind.includes('low-rank') && width !== undefined && options.rank > width) {
    problem(
      `Rank ${options.rank} is more than the width ${width} of the sources.`,
      `Choose a rank up to ${width}.`,
      'rank',
    );
  }
  return found;
}
