/** What methods without training have in common: aligned sources of one size in, one network with a joint head out. */
import { alignArchitectures, alignModels } from '../../alignment/align.ts';
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import { foldPlan, mergedArchitecture } from '../../architectures/fold-plan.ts';
import type { Model, Weights } from '../../architectures/model.ts';
import type { StudioError } from '../../errors.ts';
import { modelPredictor } from '../../evaluation/predictors.ts';
import { disposeAll, toBackend } from '../../network/parameters.ts';
import { seededRandom } from '../../random.ts';
import type { AlignmentOptions, MethodName, OptionsOf } from '../../recipe.ts';
import type { ClosedForm } from '../../supernet/closed-form.ts';
import { SuperNet } from '../../supernet/supernet.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import type { NamedArchitecture } from '../compatibility.ts';
import { sizeProblems } from '../compatibility.ts';
import type { Material, MergeContext, MergeMethod } from '../method.ts';
import { classesOf, freeOfCost } from '../method.ts';

/** A merge in closed form: M, U, and the LayerNorms at merged width. */
export interface ClosedMerge {
  form: ClosedForm;
  norms: Weights;
}

export interface PlainMethod<Name extends MethodName> {
  /** What keeps it from running besides unequal sizes, for aligned sources. */
  problems?(sources: readonly NamedArchitecture[], options: OptionsOf<Name>, material: Material | null): StudioError[];
  /** One line on what takes time. */
  note: string;
  merge(models: readonly Model[], context: MergeContext, options: OptionsOf<Name>): Promise<Model>;
}

/** A plain method whose merge is in closed form. */
export interface ClosedMethod<Name extends MethodName> extends Omit<PlainMethod<Name>, 'merge'> {
  merge(
    models: readonly Model[],
    plan: FoldPlan,
    context: MergeContext,
    options: OptionsOf<Name>,
  ): ClosedMerge | Promise<ClosedMerge>;
}

/** The method interface around `merge`, which gets aligned models of one size. */
export const plainMethod = <Name extends MethodName>({ merge, ...rest }: PlainMethod<Name>): MergeMethod<Name> =>
  untrained({ ...rest, merge: async (...all) => ({ model: await merge(...all), unmerge: null }) });

/** The same around a merge in closed form. */
export const closedMethod = <Name extends MethodName>({ merge, ...rest }: ClosedMethod<Name>): MergeMethod<Name> =>
  untrained({
    ...rest,
    async merge(models, context, options) {
      const architectures = models.map(({ architecture }) => architecture);
      const plan = foldPlan(architectures, mergedArchitecture(architectures));
      const closed = await merge(models, plan, context, options);
      return { model: await foldClosed(models, closed), unmerge: closed.form.get(plan.head.unmerge) ?? null };
    },
  });

interface Untrained<Name extends MethodName> extends Omit<PlainMethod<Name>, 'merge'> {
  merge(
    models: readonly Model[],
    context: MergeContext,
    options: OptionsOf<Name>,
  ): Promise<{ model: Model; unmerge: Weight | null }>;
}

function untrained<Name extends MethodName>({ problems, note, merge }: Untrained<Name>): MergeMethod<Name> {
  return {
    problems(sources, options, alignment, material) {
      const aligned = alignSources(sources, alignment);
      const found = sizeProblems(aligned);
      return found.length > 0 ? found : (problems?.(aligned, options, material) ?? []);
    },
    cost: () => freeOfCost,
    async *merge(context, options) {
      yield { type: 'preparing', note };
      const merged = await merge(alignModels(context.models, context.alignment), context, options);
      const classes = classesOf(context.models);
      const predictor = () => modelPredictor(merged.model, classes);
      return { ...merged, predictor, steps: 0, learnable: 0, supernet: null };
    },
  };
}

/** The sources as they are merged. */
export function alignSources(sources: readonly NamedArchitecture[], alignment: AlignmentOptions): NamedArchitecture[] {
  const architectures = alignArchitectures(
    sources.map(({ architecture }) => architecture),
    alignment,
  );
  return sources.map((source, index) => ({ ...source, architecture: architectures[index] ?? source.architecture }));
}

/** Folds a merge in closed form: M and U as they are, kind full. */
export async function foldClosed(models: readonly Model[], { form, norms }: ClosedMerge): Promise<Model> {
  const architecture = mergedArchitecture(models.map((model) => model.architecture));
  const supernet = new SuperNet({ bodies: models, architecture }, { kind: 'full', rank: 1 });
  const { learnable } = supernet.matrices.fit(form, seededRandom(0));
  const tensors = toBackend(new Map([...learnable, ...norms]));
  try {
    return await supernet.foldedModel(tensors);
  } finally {
    disposeAll(tensors);
    supernet.dispose();
  }
}
