/** All M and U of a fold plan in one kind: their learnable tensors, by name; no source weight is needed for them. */
import type * as tf from '@tensorflow/tfjs-core';
import type { FoldPlan, MatrixSpec } from '../architectures/fold-plan.ts';
import { matrixRank } from '../architectures/fold-plan.ts';
import { sizeOf } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';
import { parameter } from '../network/parameters.ts';
import type { Random } from '../random.ts';
import type { MatrixKind } from '../recipe.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { ClosedForm } from './closed-form.ts';
import type { MatrixLookup } from './fold.ts';
import { matrixForm } from './kinds.ts';
import type { ColdStart, MatrixForm } from './matrix-kind.ts';

export class Matrices {
  private readonly specs: ReadonlyMap<string, MatrixSpec>;

  constructor(
    readonly plan: FoldPlan,
    readonly kind: MatrixKind,
    /** Rank at the model's width. */
    readonly rank: number,
  ) {
    this.specs = new Map(plan.matrices.map((spec) => [spec.name, spec]));
  }

  /** Shape of every learnable tensor, by its name `matrix.part`. */
  shapes(): Map<string, number[]> {
    const shapes = new Map<string, number[]>();
    for (const spec of this.plan.matrices) {
      for (const [part, shape] of Object.entries(this.form(spec).shapes(spec, this.rankOf(spec)))) {
        shapes.set(`${spec.name}.${part}`, shape);
      }
    }
    return shapes;
  }

  /** Learnable numbers. */
  get size(): number {
    let size = 0;
    for (const shape of this.shapes().values()) size += sizeOf(shape);
    return size;
  }

  /** Start by a rule (docs/method.md "Where training starts"). */
  initial(initialisation: ColdStart, random: Random): Map<string, Weight> {
    return this.each((spec, form, rank) => form.initial(spec, { initialisation, rank, random }));
  }

  /**
   * Start from a merge in closed form. `errors` says for each matrix how far the nearest of this kind is from it,
   * relative to its norm: 0 where the kind contains it.
   */
  fit(closed: ClosedForm, random: Random): { learnable: Map<string, Weight>; errors: Map<string, number> } {
    const errors = new Map<string, number>();
    const learnable = this.each((spec, form, rank) => {
      const dense = closed.get(spec.name);
      if (!dense) throw new RangeError(`the closed form has no ${spec.name}`);
      const { parameters, error } = form.fit(dense, spec, { rank, random });
      errors.set(spec.name, error);
      return parameters;
    });
    return { learnable, errors };
  }

  /** The learnable tensors of one M or U. */
  readonly lookup =
    (learnable: Parameters): MatrixLookup =>
    (name) => {
      const spec = this.specs.get(name);
      if (!spec) throw new RangeError(`the plan has no matrix ${name}`);
      const form = this.form(spec);
      const parts = Object.keys(form.shapes(spec, this.rank));
      const parameters = Object.fromEntries(parts.map((part) => [part, parameter(learnable, `${name}.${part}`)]));
      return { spec, form, parameters };
    };

  /** One M or U, dense. */
  dense(learnable: Parameters, name: string): tf.Tensor2D {
    const { spec, form, parameters } = this.lookup(learnable)(name);
    return form.dense(parameters, spec);
  }

  form(spec: MatrixSpec): MatrixForm {
    return matrixForm(this.kind, spec);
  }

  rankOf(spec: MatrixSpec): number {
    return matrixRank(this.plan, spec, this.rank);
  }

  private each(
    make: (spec: MatrixSpec, form: MatrixForm, rank: number) => Record<string, Weight>,
  ): Map<string, Weight> {
    const learnable = new Map<string, Weight>();
    for (const spec of this.plan.matrices) {
      for (const [part, weight] of Object.entries(make(spec, this.form(spec), this.rankOf(spec)))) {
        learnable.set(`${spec.name}.${part}`, weight);
      }
    }
    return learnable;
  }
}
