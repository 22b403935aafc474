/**
 * The Foldable SuperNet: frozen sources, learnable M, U and LayerNorms (docs/method.md "Fold").
 * In folded form: each use folds the weights once and runs one plain network.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { FoldPlan, MatrixSpec } from '../architectures/fold-plan.ts';
import { foldPlan, matrixRank, mergedArchitecture } from '../architectures/fold-plan.ts';
import type { Architecture, Model, Weights } from '../architectures/model.ts';
import { parameterShapes, sizeOf } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, parameter, toBackend, toHost } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import type { Initialisation, MatrixKind } from '../recipe.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { MatrixLookup } from './fold.ts';
import { foldBody, foldHead } from './fold.ts';
import { matrixForms } from './kinds.ts';
import type { MatrixForm, MatrixParameters } from './matrix-kind.ts';

export interface SuperNetOptions {
  kind: MatrixKind;
  initialisation: Initialisation;
  rank: number;
  seed: number;
}

/** What is fixed: shapes, plan and kind. What is learned is a set of tensors that goes in and comes out of every function. */
export class SuperNet {
  readonly plan: FoldPlan;
  readonly architecture: Architecture;
  readonly form: MatrixForm;
  /** The sources' weights on the backend. */
  readonly sources: readonly Parameters[];
  private readonly specs: ReadonlyMap<string, MatrixSpec>;

  constructor(
    readonly models: readonly Model[],
    readonly options: SuperNetOptions,
  ) {
    const architectures = models.map((model) => model.architecture);
    this.architecture = mergedArchitecture(architectures);
    this.plan = foldPlan(architectures, this.architecture);
    this.form = matrixForms[options.kind];
    this.specs = new Map(this.plan.matrices.map((spec) => [spec.name, spec]));
    this.sources = models.map((model) => toBackend(model.weights));
  }

  /** Names of the LayerNorms' tensors. */
  get normParameters(): string[] {
    return this.plan.norms.flatMap((norm) => [`${norm}.weight`, `${norm}.bias`]);
  }

  /** Initial values of every learnable tensor, on the host (docs/method.md "Where training starts"). */
  initial(): Map<string, Weight> {
    const { initialisation, rank, seed } = this.options;
    const random = seededRandom(seed);
    const learnable = new Map<string, Weight>();
    for (const spec of this.plan.matrices) {
      const options = { initialisation, rank: matrixRank(this.plan, spec, rank), random };
      for (const [part, weight] of Object.entries(this.form.initial(spec, options))) {
        learnable.set(`${spec.name}.${part}`, weight);
      }
    }
    for (const name of this.normParameters) learnable.set(name, this.initialNorm(name));
    return learnable;
  }

  /** Body of the plain network, differentiable in the learnable tensors. */
  fold(learnable: Parameters): Map<string, tf.Tensor> {
    const body = foldBody(this.plan, this.sources, this.lookup(learnable));
    for (const name of this.normParameters) body.set(name, parameter(learnable, name));
    return body;
  }

  /** Merged features `[batch, merged]` → a guess of every source's, side by side: `[batch, Σ widths]`. */
  unmerge(learnable: Parameters, features: tf.Tensor2D): tf.Tensor2D {
    const { spec, parameters } = this.lookup(learnable)(this.plan.head.unmerge);
    return this.form.unmergeFeatures(parameters, features, spec);
  }

  /** One plain network with a joint head. The caller disposes it. */
  foldedNetwork(learnable: Parameters): Parameters {
    const folded = tf.tidy(() => {
      const all = new Map([...this.fold(learnable), ...foldHead(this.plan, this.sources, this.lookup(learnable))]);
      return Object.fromEntries([...all].map(([name, tensor]) => [name, tf.clone(tensor)]));
    });
    return new Map(Object.entries(folded));
  }

  /** The same on the host. */
  async foldedModel(learnable: Parameters): Promise<Model> {
    const network = this.foldedNetwork(learnable);
    const weights = await toHost(network);
    disposeAll(network);
    return { architecture: this.architecture, weights: inOrder(weights, this.architecture) };
  }

  /** One M or U, dense. */
  dense(learnable: Parameters, name: string): tf.Tensor2D {
    const { spec, parameters } = this.lookup(learnable)(name);
    return this.form.dense(parameters, spec);
  }

  /** The learnable tensors of one M or U. */
  readonly lookup =
    (learnable: Parameters): MatrixLookup =>
    (name) => {
      const spec = this.specs.get(name);
      if (!spec) throw new RangeError(`the plan has no matrix ${name}`);
      const parameters: MatrixParameters = Object.fromEntries(
        Object.keys(this.form.shapes(spec, this.options.rank)).map((part) => [
          part,
          parameter(learnable, `${name}.${part}`),
        ]),
      );
      return { spec, form: this.form, parameters };
    };

  dispose(): void {
    for (const source of this.sources) disposeAll(source);
  }

  /** LayerNorms start as source 1's, as the mean of all, or as γ = 1, β = 0. */
  private initialNorm(name: string): Weight {
    const all = this.models.map((model) => {
      const weight = model.weights.get(name);
      if (!weight) throw new RangeError(`a source has no ${name}`);
      return weight;
    });
    const [first] = all;
    if (!first) throw new RangeError('no sources');
    switch (this.options.initialisation) {
      case 'first':
        return { shape: first.shape, values: first.values.slice() };
      case 'average':
        return {
          shape: first.shape,
          values: first.values.map((_, i) => all.reduce((sum, w) => sum + (w.values[i] ?? 0), 0) / all.length),
        };
      case 'random':
        return {
          shape: first.shape,
          values: new Float32Array(first.values.length).fill(name.endsWith('.weight') ? 1 : 0),
        };
      default:
        throw this.options.initialisation satisfies never;
    }
  }
}

/** Learnable numbers of a SuperNet, without making one. */
export function countLearnable(
  architectures: readonly Architecture[],
  { kind, rank, freezeNorms = false }: { kind: MatrixKind; rank: number; freezeNorms?: boolean },
): number {
  const merged = mergedArchitecture(architectures);
  const plan = foldPlan(architectures, merged);
  const shapes = parameterShapes(merged);
  let count = 0;
  for (const spec of plan.matrices) {
    for (const shape of Object.values(matrixForms[kind].shapes(spec, matrixRank(plan, spec, rank))))
      count += sizeOf(shape);
  }
  for (const norm of freezeNorms ? [] : plan.norms) count += 2 * sizeOf(shapes.get(`${norm}.weight`) ?? []);
  return count;
}

/** The canonical order of parameters, which exports keep. */
function inOrder(weights: Weights, architecture: Architecture): Weights {
  const ordered = new Map<string, Weight>();
  for (const name of parameterShapes(architecture).keys()) {
    const weight = weights.get(name);
    if (!weight) throw new RangeError(`the fold left out ${name}`);
    ordered.set(name, weight);
  }
  return ordered;
}
