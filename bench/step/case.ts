/** A training step that is timed: which network, trained in which form. */
import { mergedArchitecture } from '../../src/engine/architectures/fold-plan.ts';
import type { Model, VisionTransformer, Weights } from '../../src/engine/architectures/model.ts';
import { featureWidth } from '../../src/engine/architectures/model.ts';
import type { ImageSet } from '../../src/engine/datasets/images.ts';
import { TrainingSet } from '../../src/engine/datasets/training-set.ts';
import type { Random } from '../../src/engine/random.ts';
import { seededRandom } from '../../src/engine/random.ts';
import type { MatrixKind } from '../../src/engine/recipe.ts';
import { SuperNet } from '../../src/engine/supernet/supernet.ts';
import { activationForm } from '../../src/engine/testing/activation-form.ts';
import { randomModel } from '../../src/engine/testing/models.ts';
import { adamWDefaults } from '../../src/engine/training/adamw.ts';
import type { Crew, CrewAtWork, TrainableSpec } from '../../src/engine/training/crew.ts';
import type { GlobalProblem } from '../../src/engine/training/global-problem.ts';
import { reconstructionProblem } from '../../src/engine/training/global-problem.ts';
import { blockWeights, reconstructionLoss } from '../../src/engine/training/objective.ts';
import { Student } from '../../src/engine/training/student.ts';
import { featureTargets } from '../../src/engine/training/targets.ts';
import type { UnreadLosses } from '../../src/engine/training/trainer.ts';
import { Trainer } from '../../src/engine/training/trainer.ts';

/**
 * Plain: one network, all its weights trained. Low-rank: with a diagonal, as in form `activation`, where every source runs as
 * the paper draws it. Stock: low-rank on the kernels that tfjs brings for WebGPU.
 */
export const forms = ['plain', 'low-rank', 'full', 'activation', 'activation-full', 'stock'] as const;
export type Form = (typeof forms)[number];

export interface StepCase {
  form: Form;
  network: VisionTransformer;
  /** Images of a step, of all tasks together. */
  batch: number;
  sources: number;
  rank: number;
  /** That share each batch; more than one in Chromium only, and not in activation form. */
  threads: number;
}

export interface Prepared {
  update(): Promise<UnreadLosses>;
  read(losses: UnreadLosses): Promise<unknown>;
  dispose(): void;
}

/** Makes a crew of so many threads; a crew has one problem at a time. */
export type CrewOf = (threads: number) => Crew;

/** Everything up to the first step, with random weights and images. */
export async function prepare(of: StepCase, crewOf: CrewOf | null): Promise<Prepared> {
  const { form, network, batch, sources, rank, threads } = of;
  const random = seededRandom(1);
  const models = Array.from({ length: sources }, () => randomModel(network, random));
  const perTask = Math.ceil(batch / sources);
  const data = new TrainingSet(models.map(() => randomImages(perTask, network, random)));
  const { problem, spec, trainable } = await problems(form, models, rank, data);
  const atWork = threads > 1 ? await startCrew(crewOf, threads, { problem, spec, data }) : null;
  const crew = atWork && { atWork, size: threads - 1 };
  const trainer = new Trainer(problem, { ...adamWDefaults, crew });
  const rows = Array.from({ length: batch }, (_, row) => row);
  return {
    update: () => trainer.update(rows, { rate: 1e-4, diagonal: 1e-4 }),
    read: (losses) => trainer.read(losses),
    dispose() {
      for (const held of [trainer, atWork, problem, trainable]) held?.dispose();
    },
  };
}

interface Posed {
  problem: GlobalProblem;
  trainable: SuperNet | Student;
  /** How another thread builds the same; null for the activation form, which only one can. */
  spec: TrainableSpec | null;
}

async function problems(form: Form, bodies: readonly Model[], rank: number, data: TrainingSet): Promise<Posed> {
  const architecture = mergedArchitecture(bodies.map((model) => model.architecture));
  if (form === 'plain') {
    const start = { architecture, weights: bodies[0]?.weights ?? new Map() };
    const student = new Student(start, bodies);
    const problem = await compared(student, student.initial(), bodies, data);
    return { problem, trainable: student, spec: { kind: 'student', start, tasks: bodies } };
  }
  const kind: MatrixKind = form === 'full' || form === 'activation-full' ? 'full' : 'diagonal+low-rank';
  const unfolded = form === 'activation' || form === 'activation-full';
  const [parts, options] = [
    { bodies, architecture },
    { kind, rank, stacked: !unfolded },
  ];
  const supernet = new SuperNet(parts, options);
  const problem = await compared(supernet, supernet.initial('average', 1), bodies, data);
  return unfolded
    ? { problem: inActivationForm(problem, supernet, bodies), trainable: supernet, spec: null }
    : { problem, trainable: supernet, spec: { kind: 'supernet', parts, options } };
}

async function compared(
  trainable: SuperNet | Student,
  initial: Weights,
  models: readonly Model[],
  data: TrainingSet,
): Promise<GlobalProblem> {
  const targets = await featureTargets(data, models, 'own', trainable);
  return reconstructionProblem(trainable, initial, data, { targets, objective: 'own' });
}

function startCrew(
  crewOf: CrewOf | null,
  threads: number,
  { problem, spec, data }: Pick<Posed, 'problem' | 'spec'> & { data: TrainingSet },
): Promise<CrewAtWork> {
  if (!crewOf || !spec) throw new RangeError('this form or place has one thread only');
  const { initial, targets } = problem;
  const shared = {
    trainable: spec,
    initial,
    frozen: [],
    sets: data.sets,
    targets,
    objective: 'own',
    checkpointing: false,
  } as const;
  return crewOf(threads).prepare(shared, threads - 1);
}

/** The same problem, the features computed as the paper draws them. */
function inActivationForm(folded: GlobalProblem, supernet: SuperNet, models: readonly Model[]): GlobalProblem {
  const weights = blockWeights(
    'own',
    models.map(({ architecture }) => featureWidth(architecture)),
  );
  return {
    ...folded,
    losses(learnable, { inputs, target, tasks }) {
      const guess = supernet.unmerge(learnable, activationForm(supernet, learnable, inputs));
      return [reconstructionLoss(guess, target, tasks, weights)];
    },
    dispose() {
      weights.dispose();
      folded.dispose();
    },
  };
}

function randomImages(count: number, { image, channels }: VisionTransformer, random: Random): ImageSet {
  const pixels = Uint8Array.from({ length: count * image * image * channels }, () => 256 * random.uniform());
  return { count, shape: [image, image, channels], pixels, labels: new Int32Array(count) };
}
