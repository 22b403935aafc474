/**
 * Test support: runs the golden cases of fixtures/golden, which an independent reference computed (see its README).
 * Files come through a reader that is given, so that Node and a browser's worker run the same code.
 */
import type { Model } from '../architectures/model.ts';
import { loadModel, overrideFacts, recogniseSource } from '../architectures/source.ts';
import { readImageFile } from '../datasets/files/npz.ts';
import type { TaskImages } from '../datasets/images.ts';
import { taskImages, taskRows } from '../datasets/task.ts';
import { TrainingSet } from '../datasets/training-set.ts';
import { readCheckpoint } from '../formats/detect.ts';
import { readNpz } from '../formats/npz.ts';
import type { MatrixKind, Objective, Scope } from '../recipe.ts';
import type { ColdStart } from '../supernet/matrix-kind.ts';
import type { NamedSource } from '../tensors/byte-source.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { adamWDefaults } from '../training/adamw.ts';
import { globalProblem } from '../training/global-problem.ts';
import { localProblem } from '../training/local-problem.ts';
import type { DataProblem } from '../training/problem.ts';
import { oneCycle } from '../training/schedule.ts';
import { Trainer } from '../training/trainer.ts';
import { superNetOf } from './models.ts';

export interface GoldenCase {
  name: string;
  architecture: 'mlp' | 'vit';
  tasks: { checkpoint: string; data: string; labels: number[] }[];
  kind: MatrixKind;
  init: ColdStart;
  rank?: number;
  lr: number;
  lr_diagonal?: number;
  weight_decay: number;
  steps: number;
  objective: Objective;
  scope: Scope;
  vit?: { heads: number; eps: number };
  /** One number a step; scope local: one list for each hidden layer. */
  losses: number[] | number[][];
  accuracy: { per_task: number[]; joint: number[] };
  train_indices: number[][];
  batches: number[][];
}

/** Opens a file of the repository by its path from the top. */
export type ReadFixture = (path: string) => Promise<NamedSource>;

const kinds: Record<string, MatrixKind> = {
  full: 'full',
  diagonal: 'diagonal',
  low_rank: 'low-rank',
  diagonal_low_rank: 'diagonal+low-rank',
};

export async function readGolden(read: ReadFixture, name: string): Promise<GoldenCase> {
  const { source } = await read(`fixtures/golden/${name}.json`);
  const golden = JSON.parse(new TextDecoder().decode(await source.read(0, source.size)));
  return { ...golden, kind: kinds[golden.kind] };
}

/** The demo checkpoint that a golden case names. */
export async function goldenModels(read: ReadFixture, golden: GoldenCase): Promise<Model[]> {
  return Promise.all(
    golden.tasks.map(async ({ checkpoint }) => {
      const source = recogniseSource(await readCheckpoint(await read(checkpoint)));
      const facts = golden.vit ? { heads: golden.vit.heads, epsilon: golden.vit.eps } : {};
      return loadModel(overrideFacts(source, facts));
    }),
  );
}

/** Training images exactly as the reference drew them; test images all. */
export async function goldenTasks(read: ReadFixture, golden: GoldenCase): Promise<TaskImages[]> {
  return Promise.all(
    golden.tasks.map(async ({ data, labels }, task) => {
      const images = await readImageFile(await readNpz(await read(data)));
      if (!images) throw new Error(`no images in ${data}`);
      const name = `task ${task}`;
      const chosen = { file: images.file, labels, train: 1, augmented: 0, validation: 0 };
      const rows = taskRows(images, name, chosen, labels.length, 0);
      return taskImages(images, name, { ...rows, train: Uint32Array.from(golden.train_indices[task] ?? []) });
    }),
  );
}

export interface GoldenRun {
  /** A list for each step, one loss for each term. */
  losses: number[][];
  folded: Model;
  tasks: TaskImages[];
}

/** Trains a golden case, or its first `steps` steps, on the backend that is set; folds layer by layer unless `stacked`. */
export async function runGolden(
  read: ReadFixture,
  golden: GoldenCase,
  steps = golden.steps,
  stacked = golden.scope === 'global',
): Promise<GoldenRun> {
  const models = await goldenModels(read, golden);
  const tasks = await goldenTasks(read, golden);
  const supernet = superNetOf(models, { kind: golden.kind, rank: golden.rank ?? 1, stacked });
  const start = supernet.initial(golden.init, 0);
  const initial = new Map([...start, ...(await goldenInitial(read, golden, start))]);
  const data = new TrainingSet(tasks.map((task) => task.train));
  const problem: DataProblem =
    golden.scope === 'local'
      ? await localProblem(supernet, initial, data, models)
      : await globalProblem(supernet, initial, data, {
          teachers: models,
          objective: golden.objective,
          inner: [],
          bodyOfTask: [0, 1],
        });
  const trainer = new Trainer(problem, { ...adamWDefaults, weightDecay: golden.weight_decay });
  const rate = oneCycle(golden.lr, golden.steps);
  const diagonal = oneCycle(golden.lr_diagonal ?? golden.lr, golden.steps);
  const losses: number[][] = [];
  for (let step = 0; step < steps; step++) {
    losses.push(await trainer.step(golden.batches[step] ?? [], { rate: rate(step), diagonal: diagonal(step) }));
  }
  const folded = await supernet.foldedModel(trainer.learnable);
  trainer.dispose();
  problem.dispose();
  supernet.dispose();
  return { losses, folded, tasks };
}

/** Losses of the reference in the shape of `GoldenRun.losses`. */
export function goldenLosses(golden: GoldenCase): number[][] {
  const [first] = golden.losses;
  if (!Array.isArray(first)) return (golden.losses as number[]).map((loss) => [loss]);
  const layers = golden.losses as number[][];
  return first.map((_, step) => layers.map((losses) => losses[step] ?? Number.NaN));
}

/** Relative norm of the difference of all folded weights, `‖ours − reference‖ / ‖reference‖`. */
export async function foldedDifference(read: ReadFixture, golden: GoldenCase, folded: Model): Promise<number> {
  const reference = recogniseSource(
    await readCheckpoint(await read(`fixtures/golden/${golden.name}.folded.safetensors`)),
  );
  const { weights } = await loadModel(reference);
  let difference = 0;
  let norm = 0;
  for (const [name, { values }] of weights) {
    const ours = folded.weights.get(name);
    if (!ours || ours.values.length !== values.length) throw new Error(`the folded model lacks ${name}`);
    for (let index = 0; index < values.length; index++) {
      difference += ((ours.values[index] ?? 0) - (values[index] ?? 0)) ** 2;
      norm += (values[index] ?? 0) ** 2;
    }
  }
  return Math.sqrt(difference / norm);
}

/** Names of the reference's matrices → the plan's. */
const renames: [RegExp, string][] = [
  [/^embed\.M\./, 'embedding.M_embed.'],
  [/^output\.U\./, 'output.U_out.'],
  [/^(\d+)\.attn\.U\./, 'blocks.$1.attention.U_att.'],
  [/^(\d+)\.attn\.([MU])([qkvo])\./, 'blocks.$1.attention.$2_$3.'],
  [/^(\d+)\.mlp\.([MU])([012])\./, 'blocks.$1.mlp.$2_$3.'],
  [/^(\d+)\.([MU])\./, 'layers.$1.$2.'],
];

async function goldenInitial(
  read: ReadFixture,
  golden: GoldenCase,
  ours: ReadonlyMap<string, Weight>,
): Promise<Map<string, Weight>> {
  const initial = new Map<string, Weight>();
  if (golden.init !== 'random' && !golden.kind.includes('low-rank')) return initial; // nothing is random
  const path = `fixtures/golden/${golden.name}.init.safetensors`;
  const file = await read(path);
  for (const [name, tensor] of (await readCheckpoint(file)).tensors) {
    const renamed = renames.reduce((text, [pattern, to]) => text.replace(pattern, to), name);
    if (!ours.has(renamed)) throw new Error(`${path}: no learnable tensor ${renamed}`);
    initial.set(renamed, await tensor.read());
  }
  if (initial.size !== ours.size) throw new Error(`${path} has ${initial.size} of ${ours.size} learnable tensors`);
  return initial;
}
