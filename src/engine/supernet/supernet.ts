/**
 * The Foldable SuperNet: frozen sources, learnable M, U and LayerNorms (docs/method.md "Fold").
 * In folded form: each use folds the weights once and runs one plain network.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { FoldPlan } from '../architectures/fold-plan.ts';
import { foldPlan } from '../architectures/fold-plan.ts';
import type { Architecture, Model, Weights } from '../architectures/model.ts';
import { featureWidth, parameterShapes } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, parameter, toBackend, toHost, weightAndBias } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import type { MatrixKind } from '../recipe.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { TrainableSpec } from '../training/crew.ts';
import type { Stacks } from '../training/problem.ts';
import type { Trainable } from '../training/trainable.ts';
import { foldBody, foldHead } from './fold.ts';
import { Matrices } from './matrices.ts';
import type { ColdStart } from './matrix-kind.ts';
import { hasUnmerge } from './stacked/groups.ts';
import { StackedFold, unbundled } from './stacked/stacked-fold.ts';

/** What is merged into what. */
export interface SuperNetParts {
  /** The networks that M and U fold, of one depth; in a sequential merge the merge so far and the next source. */
  bodies: readonly Model[];
  /** The models whose features the last U guesses and whose heads follow it, one for each task; the bodies unless given. */
  tasks?: readonly Model[];
  /** The merged network, with the classes of all tasks. */
  architecture: Architecture;
}

export interface SuperNetOptions {
  kind: MatrixKind;
  /** Rank at the model's width. */
  rank: number;
  /** Whether to fold layers of a shape at once where that can be (`stacked/`); true unless said otherwise. */
  stacked?: boolean;
}

/** What is fixed: shapes, plan and kind. What is learned is a set of tensors that goes in and comes out of every function. */
export class SuperNet implements Trainable {
  readonly plan: FoldPlan;
  readonly architecture: Architecture;
  readonly matrices: Matrices;
  readonly bodies: readonly Model[];
  readonly guessed: readonly number[];
  /** The bodies' weights on the backend; without those that the stacked fold holds. */
  readonly sources: readonly Parameters[];
  private readonly stacked: StackedFold | null;
  /** Head of each task on the backend. */
  private readonly heads: readonly Parameters[];

  constructor(
    private readonly parts: SuperNetParts,
    private readonly options: SuperNetOptions,
  ) {
    const { bodies, tasks = bodies, architecture } = parts;
    const { kind, rank, stacked = true } = options;
    this.bodies = bodies;
    this.architecture = architecture;
    this.plan = superNetPlan(
      bodies.map((model) => model.architecture),
      architecture,
      tasks.map((model) => model.architecture),
    );
    this.guessed = tasks.map((task) => featureWidth(task.architecture));
    this.matrices = new Matrices(this.plan, kind, rank);
    const { weight, bias } = this.plan.head;
    const headOf = ({ weights }: Model) =>
      toBackend(new Map([weight, bias].map((name) => [name, expect(weights, name)])));
    this.stacked = stacked ? StackedFold.of(this.plan, bodies, kind) : null;
    const held = new Set([weight, bias, ...(this.stacked ? stackedParameters(this.plan) : [])]);
    this.sources = bodies.map(({ weights }) => toBackend(new Map([...weights].filter(([name]) => !held.has(name)))));
    this.heads = tasks.map(headOf);
  }

  /** Names of the LayerNorms' tensors. */
  get normParameters(): string[] {
    return normParameters(this.plan);
  }

  /** Initial values of every learnable tensor, on the host (docs/method.md "Where training starts"). */
  initial(initialisation: ColdStart, seed: number): Map<string, Weight> {
    const learnable = this.matrices.initial(initialisation, seededRandom(seed));
    for (const [name, weight] of this.initialNorms(initialisation)) learnable.set(name, weight);
    return learnable;
  }

  /** LayerNorms at merged width: the first body's, the mean of all, or γ = 1, β = 0. A wider norm goes on with 1 and 0. */
  initialNorms(initialisation: ColdStart): Map<string, Weight> {
    const shapes = parameterShapes(this.architecture);
    return new Map(
      this.normParameters.map((name) => {
        const [size = 0] = shapes.get(name) ?? [];
        const plain = name.endsWith('.weight') ? 1 : 0;
        const used =
          initialisation === 'random' ? [] : initialisation === 'first' ? this.bodies.slice(0, 1) : this.bodies;
        const all = used.map(({ weights }) => expect(weights, name).values);
        const value = (unit: number) => all.reduce((sum, own) => sum + (own[unit] ?? plain), 0) / all.length;
        const values = Float32Array.from({ length: size }, (_, unit) => (all.length === 0 ? plain : value(unit)));
        return [name, { shape: [size], values }];
      }),
    );
  }

  /** Body of the plain network, differentiable in the learnable tensors. */
  fold(learnable: Parameters): Map<string, tf.Tensor> {
    const lookup = this.matrices.lookup(learnable);
    const { plan, sources, stacked } = this;
    const body = stacked
      ? new Map([...foldBody(withoutUnmerge(plan), sources, lookup), ...stacked.fold(stacked.stack(learnable))])
      : foldBody(plan, sources, lookup);
    for (const name of this.normParameters) body.set(name, parameter(learnable, name));
    return body;
  }

  /** Merged features `[batch, merged]` → a guess of every task's source's, side by side: `[batch, Σ widths]`. */
  unmerge(learnable: Parameters, features: tf.Tensor2D): tf.Tensor2D {
    const { spec, form, parameters } = this.matrices.lookup(learnable)(this.plan.head.unmerge);
    return form.unmergeFeatures(parameters, features, spec);
  }

  /** A linear layer of one body as it reads the merged feature: `Wᵢ Uᵢᵀ`, `[outᵢ, merged]`, and `bᵢ`. */
  halfFolded(learnable: Parameters, layer: string, body: number): [tf.Tensor2D, tf.Tensor1D] {
    const entry = this.plan.folded.find((folded) => folded.kind === 'linear' && folded.weight === `${layer}.weight`);
    if (entry?.kind !== 'linear' || entry.unmerge === null) throw new RangeError(`${layer} has no U`);
    const { spec, form, parameters } = this.matrices.lookup(learnable)(entry.unmerge);
    const [weight, bias] = weightAndBias(this.sources[body] as Parameters, layer);
    return [form.unmergeWeights(parameters, weight, body, spec), bias];
  }

  /** One plain network with a joint head. The caller disposes it. */
  foldedNetwork(learnable: Parameters): Parameters {
    const folded = tf.tidy(() => {
      const head = foldHead(this.plan, this.heads, this.matrices.lookup(learnable));
      const all = new Map([...unbundled(this.fold(learnable)), ...head]);
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

  /** What it is made of, to make it again in another thread. */
  get spec(): Extract<TrainableSpec, { kind: 'supernet' }> {
    return { kind: 'supernet', parts: this.parts, options: this.options };
  }

  /** Learnable tensors that `fold` takes stacked. */
  get stacks(): Stacks {
    return this.stacked?.stacks ?? new Map();
  }

  /** A source that is a body as it is, where its weights are held layer by layer. */
  held(model: Model): Parameters | null {
    if (this.stacked) return null;
    return this.sources[this.bodies.indexOf(model)] ?? null;
  }

  dispose(): void {
    for (const parameters of [...this.sources, ...this.heads]) disposeAll(parameters);
    this.stacked?.dispose();
  }
}

/** The plan of a SuperNet of these architectures. */
export const superNetPlan = (
  bodies: readonly Architecture[],
  merged: Architecture,
  tasks: readonly Architecture[] = bodies,
): FoldPlan => foldPlan(bodies, merged, tasks.map(featureWidth));

/** What the stacked fold leaves to the other. */
const withoutUnmerge = (plan: FoldPlan): FoldPlan => ({
  ...plan,
  folded: plan.folded.filter((entry) => !hasUnmerge(entry)),
});

const stackedParameters = ({ folded }: FoldPlan): string[] =>
  folded.filter(hasUnmerge).flatMap(({ weight, bias }) => [weight, bias]);

/** Names of a plan's LayerNorms' tensors. */
export const normParameters = ({ norms }: FoldPlan): string[] =>
  norms.flatMap((norm) => [`${norm}.weight`, `${norm}.bias`]);

function expect(weights: Weights, name: string): Weight {
  const weight = weights.get(name);
  if (!weight) throw new RangeError(`a source has no ${name}`);
  return weight;
}

/** The canonical order of parameters, which exports keep. */
function inOrder(weights: Weights, architecture: Architecture): Weights {
  return new Map([...parameterShapes(architecture).keys()].map((name) => [name, expect(weights, name)]));
}
