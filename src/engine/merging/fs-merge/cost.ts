/**
 * What a merge costs, before it runs: learnable numbers, multiply-adds, memory. The multiply-adds are those of the matrix
 * products of a training step: forward, and backward for each operand that something learnable is behind.
 */
import type { Architecture } from '../../architectures/model.ts';
import {
  countParameters,
  featureWidth,
  leadingTokens,
  parameterShapes,
  sizeOf,
  tokens,
} from '../../architectures/model.ts';
import type { FsMergeOptions } from '../../recipe.ts';
import { Matrices } from '../../supernet/matrices.ts';
import type { Macs } from '../../supernet/matrix-kind.ts';
import { normParameters, superNetPlan } from '../../supernet/supernet.ts';
import { countSteps } from '../../training/steps.ts';
import { studentPlan } from '../../training/student.ts';
import type { MergeCost, MergeSetting } from '../method.ts';
import type { StageShape } from './stages.ts';
import { stageShape, stagesOf } from './stages.ts';

const floatBytes = 4;

/** Automatic differentiation keeps every intermediate result and its gradient to the end of a step; measured, not derived. */
const gradientShare = 2.2;

/** Guess, difference, square, weights and weighted square of each feature that is guessed. */
const lossShare = 5;

/** AdamW's intermediate results while it updates, with the gradients, each as large as the learnable numbers. */
const updateShare = 16;

export function fsMergeCost(
  architectures: readonly Architecture[],
  options: FsMergeOptions,
  { images, alignment }: MergeSetting,
): MergeCost {
  const stages = stagesOf(architectures.length, options).map((stage) => {
    const seen = images.slice(0, stage.tasks).reduce((sum, count) => sum + count, 0);
    return stageCost(stageShape(stage, architectures, options, alignment), options, seen);
  });
  const largest = (of: (cost: StageCost) => number) => Math.max(0, ...stages.map(of));
  return {
    steps: stages.reduce((sum, { steps }) => sum + steps, 0),
    learnable: largest(({ learnable }) => learnable),
    stepMacs: stages.at(-1)?.stepMacs ?? 0,
    totalMacs: stages.reduce((sum, { steps, stepMacs }) => sum + steps * stepMacs, 0),
    memory: {
      sources: largest(({ memory }) => memory.sources),
      learnable: largest(({ memory }) => memory.learnable),
      step: largest(({ memory }) => memory.step),
      largest: largest(({ memory }) => memory.largest),
    },
  };
}

/** The same of a distillation: the body's weights and an output adapter are learned, nothing is folded. */
export function studentCost(
  merged: Architecture,
  tasks: readonly Architecture[],
  options: Pick<FsMergeOptions, 'epochs' | 'batchSize' | 'checkpointing'>,
  images: number,
): MergeCost {
  const matrices = new Matrices(studentPlan(merged, tasks), 'full', 1);
  const learnable = countParameters(merged) - merged.classes * (featureWidth(merged) + 1) + matrices.size;
  const steps = countSteps(options, images);
  const batch = Math.min(options.batchSize, images);
  const stepMacs = networkMacs(matrices, merged, batch, options.checkpointing);
  const heads = tasks.reduce((sum, task) => sum + task.classes * (featureWidth(task) + 1), 0);
  const pass = 2 * learnable + gradientShare * batch * imageNumbers(matrices, merged, options.checkpointing);
  return {
    steps,
    learnable,
    stepMacs,
    totalMacs: steps * stepMacs,
    memory: {
      sources: heads * floatBytes,
      learnable: 4 * learnable * floatBytes,
      step: Math.max(updateShare * learnable, pass) * floatBytes,
      largest: Math.max(learnable, largestActivation(merged, batch)) * floatBytes,
    },
  };
}

type StageCost = Omit<MergeCost, 'totalMacs'>;

function stageCost(shape: StageShape, options: FsMergeOptions, images: number): StageCost {
  const { bodies, tasks, merged } = shape;
  const matrices = new Matrices(superNetPlan(bodies, merged, tasks), options.kind, options.rank);
  const shapes = parameterShapes(merged);
  const norms = normParameters(matrices.plan).reduce((sum, name) => sum + sizeOf(shapes.get(name) ?? []), 0);
  const learnable = matrices.size + (options.freezeNorms ? 0 : norms);
  const batch = Math.min(options.batchSize, images);
  const heads = (all: readonly Architecture[]) =>
    all.reduce((sum, one) => sum + one.classes * (featureWidth(one) + 1), 0);
  const sources = bodies.reduce((sum, body) => sum + countParameters(body), 0) - heads(bodies) + heads(tasks);
  return {
    steps: countSteps(options, images),
    learnable,
    stepMacs: options.scope === 'local' ? localMacs(matrices, batch) : globalMacs(matrices, shape, options, batch),
    memory: {
      sources: sources * floatBytes,
      // The current values, AdamW's own, and its two moments.
      learnable: (learnable * 4 + (options.freezeNorms ? norms : 0)) * floatBytes,
      step:
        Math.max(updateShare * learnable, passNumbers(matrices, shape, learnable, batch, again(options))) * floatBytes,
      largest: Math.max(learnable, largestStack(bodies), largestActivation(merged, batch)) * floatBytes,
    },
  };
}

/** Inner features are seen on the way, so nothing is computed again. */
const again = ({ checkpointing, objective }: FsMergeOptions): boolean => checkpointing && objective !== 'inner';

function globalMacs(matrices: Matrices, shape: StageShape, options: FsMergeOptions, batch: number): number {
  const { merged, bodies } = shape;
  const network = networkMacs(matrices, merged, batch, again(options));
  if (options.objective !== 'inner') return network + foldMacs(matrices, bodies);
  const teachers = bodies.reduce((sum, body) => sum + forwardMacs(body).all, 0) / bodies.length;
  return network + foldMacs(matrices, bodies) + batch * teachers + innerMacs(matrices, shape, options, batch);
}

/** Of the plain network, the guess of the features and the loss. */
function networkMacs(matrices: Matrices, merged: Architecture, batch: number, checkpointing: boolean): number {
  const { all, first } = forwardMacs(merged);
  const blocksAgain = checkpointing && merged.kind === 'vit' ? all - first : 0;
  const output = spec(matrices, matrices.plan.head.unmerge);
  const guess = matrices.form(output).unmergeMacs(output, matrices.rankOf(output), batch, null);
  // Nothing learnable is behind the images, so the first layer has one gradient only.
  return batch * (3 * all - first + blocksAgain) + macs(guess, 3) + weightMacs(matrices, batch);
}

/** Each body's half-folded layer, and what it makes of the merged feature, for each site. */
function innerMacs(
  matrices: Matrices,
  { bodies, merged }: StageShape,
  { inner }: FsMergeOptions,
  batch: number,
): number {
  let sum = 0;
  for (const { block, part } of inner) {
    const layer = `blocks.${block - 1}.${part}`;
    const unmerge = spec(matrices, `${layer}.${part === 'attention' ? 'U_o' : 'U_1'}`);
    for (const [body, architecture] of bodies.entries()) {
      const out = architecture.kind === 'vit' ? architecture.width : featureWidth(architecture);
      sum += macs(matrices.form(unmerge).unmergeMacs(unmerge, matrices.rankOf(unmerge), out, body), 2);
      if (merged.kind === 'vit') sum += (3 * batch * tokens(merged) * unmerge.merged * out) / bodies.length;
    }
  }
  return sum;
}

/** Of a fold and its gradient: the sources' weights are constants. */
function foldMacs(matrices: Matrices, bodies: readonly Architecture[]): number {
  const shapes = bodies.map(parameterShapes);
  let sum = 0;
  for (const entry of matrices.plan.folded) {
    const merge = spec(matrices, entry.merge);
    const mergeOf = (rows: number) => matrices.form(merge).mergeMacs(merge, matrices.rankOf(merge), rows);
    const rowsOf = (name: string, body = 0) => (shapes[body]?.get(name) ?? []).slice(0, -1).reduce((a, b) => a * b, 1);
    if (entry.kind === 'rows') {
      sum += macs(mergeOf(rowsOf(entry.name)), 2);
      continue;
    }
    const unmerge = entry.unmerge === null ? null : spec(matrices, entry.unmerge);
    const inputs = unmerge?.merged ?? shapes[0]?.get(entry.weight)?.[1] ?? 0;
    sum += macs(mergeOf(inputs), unmerge ? 3 : 2) + macs(mergeOf(1), 2);
    if (!unmerge) continue;
    for (const body of bodies.keys()) {
      const rows = rowsOf(entry.weight, body);
      sum += macs(matrices.form(unmerge).unmergeMacs(unmerge, matrices.rankOf(unmerge), rows, body), 2);
    }
  }
  return sum;
}

/** Local scope: each layer's M on constant features, and its U. */
function localMacs(matrices: Matrices, batch: number): number {
  let sum = 0;
  for (const one of matrices.plan.matrices) if (one.role === 'U') sum += weightMacs(matrices, batch, one);
  for (const one of matrices.plan.matrices) {
    const form = matrices.form(one);
    const rank = matrices.rankOf(one);
    sum +=
      one.role === 'M' ? macs(form.mergeMacs(one, rank, batch), 2) : macs(form.unmergeMacs(one, rank, batch, null), 3);
  }
  return sum;
}

/** Each image's weights of its squared errors: a one-hot task times a row for each task. */
const weightMacs = (matrices: Matrices, batch: number, one = spec(matrices, matrices.plan.head.unmerge)): number =>
  batch * spec(matrices, matrices.plan.head.unmerge).widths.length * one.widths.reduce((sum, width) => sum + width, 0);

/** `passes` of the product that reads what is given: 3 with a gradient to it, 2 without; the others always have both. */
const macs = ([first, rest]: Macs, passes: 2 | 3): number => first * passes + rest * 3;

function spec(matrices: Matrices, name: string) {
  const found = matrices.plan.matrices.find((one) => one.name === name);
  if (!found) throw new RangeError(`the plan has no matrix ${name}`);
  return found;
}

/** Multiply-adds of one image through the body, and of its first layer alone. */
function forwardMacs(architecture: Architecture): { all: number; first: number } {
  if (architecture.kind === 'mlp') {
    const layers = architecture.widths.map(
      (width, layer) => width * (architecture.widths[layer - 1] ?? architecture.inputs),
    );
    return { all: layers.reduce((sum, layer) => sum + layer, 0), first: layers[0] ?? 0 };
  }
  const { width, hidden, blocks, channels, patch } = architecture;
  const rows = tokens(architecture);
  const first = (rows - leadingTokens(architecture)) * channels * patch ** 2 * width;
  const block = 4 * rows * width ** 2 + 2 * rows ** 2 * width + 2 * rows * width * hidden;
  return { all: first + blocks * block, first };
}

/** Numbers of a pass forward and back: gradients, and what stays of fold, network and loss. */
function passNumbers(
  matrices: Matrices,
  shape: StageShape,
  learnable: number,
  batch: number,
  checkpointing: boolean,
): number {
  const images = batch * imageNumbers(matrices, shape.merged, checkpointing);
  return 2 * learnable + gradientShare * (foldedNumbers(shape) + images);
}

/** Numbers that one image leaves behind, in the network and in the loss. */
function imageNumbers(matrices: Matrices, merged: Architecture, checkpointing: boolean): number {
  const guessed = spec(matrices, matrices.plan.head.unmerge).widths.reduce((sum, width) => sum + width, 0);
  return activations(merged, checkpointing) + lossShare * guessed;
}

/** Numbers of the largest tensor on the way of a batch. */
function largestActivation(architecture: Architecture, batch: number): number {
  if (architecture.kind === 'mlp') return batch * Math.max(architecture.inputs, ...architecture.widths);
  const { width, hidden, heads } = architecture;
  const rows = tokens(architecture);
  return batch * rows * Math.max(3 * width, hidden, heads * rows);
}

/** Numbers of the largest stack of the sources' layers, which are folded at once. */
function largestStack(bodies: readonly Architecture[]): number {
  return bodies.reduce((sum, body) => {
    if (body.kind === 'mlp') return sum + Math.max(...[...parameterShapes(body).values()].map(sizeOf));
    return sum + body.blocks * Math.max(3 * body.width ** 2, body.width * body.hidden);
  }, 0);
}

/** The folded weights, and the sources' half-folded ones on the way to them. */
function foldedNumbers({ bodies, merged }: StageShape): number {
  const half = bodies.reduce((sum, body) => sum + countParameters(body), 0);
  return countParameters(merged) + 2 * half;
}

/**
 * Numbers that one image leaves behind on the way forward, which the way back needs: in a block 10 per feature and token
 * (norms, products, sums), 3 per hidden unit and token, 1 per pair of tokens and head.
 */
function activations(architecture: Architecture, checkpointing: boolean): number {
  if (architecture.kind === 'mlp')
    return architecture.widths.reduce((sum, width) => sum + 3 * width, architecture.inputs);
  const { width, hidden, heads, blocks } = architecture;
  const rows = tokens(architecture);
  const embedded = (architecture.preNorm ? 8 : 6) * rows * width;
  const block = rows * (10 * width + 3 * hidden + heads * rows);
  // With checkpointing one block at a time, and what goes into each.
  return (checkpointing ? block + blocks * rows * width : blocks * block) + embedded;
}
