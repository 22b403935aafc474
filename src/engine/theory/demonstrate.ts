/**
 * The paper's mechanisms shown on real sources (docs/method.md "Theory"): each merge is written as M and U, folded by the
 * SuperNet itself, and compared with the weights that its own formula gives.
 */
import * as tf from '@tensorflow/tfjs-core';
import { Matrix } from 'ml-matrix';
import type { FoldedParameter, FoldPlan } from '../architectures/fold-plan.ts';
import { mergedArchitecture } from '../architectures/fold-plan.ts';
import type { Model, Weights } from '../architectures/model.ts';
import type { TaskImages } from '../datasets/images.ts';
import { networkInputs } from '../datasets/images.ts';
import { StudioError } from '../errors.ts';
import { features } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { permutation, seededRandom } from '../random.ts';
import type { ClosedForm } from '../supernet/closed-form.ts';
import { SuperNet } from '../supernet/supernet.ts';
import { pseudoInverse, relativeError, toMatrix, toWeight } from '../tensors/algebra.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { weightOf } from './blocks.ts';
import { permutationForm } from './permutation-form.ts';
import type { Reach } from './reach-target.ts';
import { lowerRank, reachTarget } from './reach-target.ts';
import { regMeanForm } from './regmean-form.ts';

/** Relative distance ‖folded − formula‖ / ‖formula‖ of one layer. */
export interface FoldCheck {
  weight: number;
  bias: number;
}

export interface Demonstration {
  /** The layer by its canonical name, and its size `[out, in]`. */
  layer: string;
  size: [number, number];
  /** Source 2's weight as the target of source 1's: as it is, and with source 1's weight cut to half its rank. */
  reach: Omit<Reach, 'merge' | 'best'>;
  singular: Omit<Reach, 'merge' | 'best'>;
  gitReBasin: FoldCheck;
  regMean: FoldCheck;
}

/** Images of each source behind its Gram matrices. */
const gramImages = 200;

/** Layers that a demonstration can be of: linear, with a U before them. */
export const demonstrableLayers = ({ folded }: FoldPlan): string[] =>
  folded.flatMap((entry) =>
    entry.kind === 'linear' && entry.unmerge !== null ? [entry.weight.replace(/\.weight$/, '')] : [],
  );

/** Sources of equal shape. Throws `StudioError` when they are not, or the layer has no U. */
export async function demonstrate(
  models: readonly Model[],
  tasks: readonly TaskImages[],
  layer: string,
  seed: number,
): Promise<Demonstration> {
  const architecture = mergedArchitecture(models.map((model) => model.architecture));
  const supernet = new SuperNet({ bodies: models, architecture }, { kind: 'full', rank: 1, stacked: false });
  try {
    const entry = entryOf(supernet.plan, layer);
    const [first, second] = models.map(({ weights }) => weightOf(weights, entry.weight)) as [Weight, Weight];
    const [out = 0, into = 0] = first.shape;
    const half = Math.max(1, Math.floor(Math.min(out, into) / 2));
    return {
      layer,
      size: [out, into],
      reach: figures(reachTarget(first, second)),
      singular: figures(reachTarget(lowerRank(first, half), second)),
      gitReBasin: await checkGitReBasin(supernet, entry, seed),
      regMean: await checkRegMean(supernet, entry, tasks),
    };
  } finally {
    supernet.dispose();
  }
}

type LinearEntry = Extract<FoldedParameter, { kind: 'linear' }> & { unmerge: string };

function entryOf({ folded, matrices }: FoldPlan, layer: string): LinearEntry {
  if (matrices.some(({ widths, merged }) => widths.some((width) => width !== merged))) {
    throw problem('The mechanisms are shown on sources of equal width.', 'Choose sources of equal shape.');
  }
  const entry = folded.find((one) => one.kind === 'linear' && one.weight === `${layer}.weight`);
  if (entry?.kind === 'linear' && entry.unmerge !== null) return { ...entry, unmerge: entry.unmerge };
  throw problem(`"${layer}" is no layer with a U before it.`, 'Choose another layer.');
}

const figures = ({ rank, condition, error, smallestError }: Reach) => ({ rank, condition, error, smallestError });

/** Random orders of every source but the first: `(Σ Pᵢ Wᵢ Pᵢ′ᵀ) / n`, `(Σ Pᵢ bᵢ) / n`. */
async function checkGitReBasin(supernet: SuperNet, entry: LinearEntry, seed: number): Promise<FoldCheck> {
  const random = seededRandom(seed);
  const { plan, bodies } = supernet;
  const orders = new Map(
    plan.matrices.map(({ name, merged, widths }) => [
      name,
      widths.map((_, source) =>
        source === 0 ? Array.from({ length: merged }, (__, unit) => unit) : [...permutation(merged, random)],
      ),
    ]),
  );
  const order = (matrix: string, source: number) => orders.get(matrix)?.[source] ?? [];
  const permuted = (source: number, { weights }: Model): [Matrix, Matrix] => {
    const weight = toMatrix(weightOf(weights, entry.weight));
    const bias = toMatrix(weightOf(weights, entry.bias));
    const [rows, columns] = [order(entry.merge, source), order(entry.unmerge, source)];
    return [weight.selection(rows, columns), bias.selection([0], rows)];
  };
  const each = bodies.map((model, source) => permuted(source, model));
  const mean = (part: 0 | 1) => sum(each.map((own) => own[part])).mul(1 / bodies.length);
  return compare(await fold(supernet, permutationForm(plan, orders)), entry, mean(0), mean(1));
}

/** Gram matrices of each source's own inputs at the layer, on its own images: `(Σ Wᵢ Gᵢ)(Σ Gᵢ)⁻¹`, mean of the biases. */
async function checkRegMean(supernet: SuperNet, entry: LinearEntry, tasks: readonly TaskImages[]): Promise<FoldCheck> {
  const { plan, bodies } = supernet;
  const layer = entry.weight.replace(/\.weight$/, '');
  const grams: Weight[] = [];
  for (const source of bodies.keys()) grams.push(await gramOf(supernet, source, tasks[source] as TaskImages, layer));
  const own = grams.map(toMatrix);
  const weights = bodies.map(({ weights: all }, source) =>
    toMatrix(weightOf(all, entry.weight)).mmul(own[source] as Matrix),
  );
  const wanted = sum(weights).mmul(pseudoInverse(sum(own)));
  const biases = bodies.map(({ weights: all }) => toMatrix(weightOf(all, entry.bias)));
  const form = regMeanForm(plan, new Map([[entry.unmerge, grams]]));
  return compare(await fold(supernet, form), entry, wanted, sum(biases).mul(1 / bodies.length));
}

async function gramOf(supernet: SuperNet, source: number, { train }: TaskImages, layer: string): Promise<Weight> {
  const { architecture } = supernet.bodies[source] as Model;
  const rows = Array.from({ length: Math.min(gramImages, train.count) }, (_, row) => row);
  const gram = tf.tidy(() => {
    let seen: tf.Tensor2D | undefined;
    features(
      architecture,
      supernet.sources[source] as Map<string, tf.Tensor>,
      networkInputs(architecture, train, rows),
      (name, input) => {
        if (name === layer) seen = input;
      },
    );
    if (!seen) throw new RangeError(`the network has no ${layer}`);
    return tf.matMul(seen, seen, true, false);
  });
  const values = Float32Array.from(await gram.data());
  const weight = toWeight(Matrix.from1DArray(gram.shape[0], gram.shape[1] ?? 0, values));
  gram.dispose();
  return weight;
}

async function fold(supernet: SuperNet, form: ClosedForm): Promise<Weights> {
  const { learnable } = supernet.matrices.fit(form, seededRandom(0));
  const tensors = toBackend(new Map([...learnable, ...supernet.initialNorms('average')]));
  try {
    return (await supernet.foldedModel(tensors)).weights;
  } finally {
    disposeAll(tensors);
  }
}

const compare = (folded: Weights, entry: LinearEntry, weight: Matrix, bias: Matrix): FoldCheck => ({
  weight: relativeError(toMatrix(weightOf(folded, entry.weight)), weight),
  bias: relativeError(toMatrix(weightOf(folded, entry.bias)), bias),
});

function sum(matrices: readonly Matrix[]): Matrix {
  const [first, ...others] = matrices;
  if (!first) throw new RangeError('no matrices');
  return others.reduce((total, matrix) => total.add(matrix), first.clone());
}

const problem = (message: string, advice: string): StudioError =>
  new StudioError({ kind: 'sources', message, advice, subject: 'theory' });
