/** Test support: permuted copies of models, with the orders that lead back. */
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import { foldPlan, mergedArchitecture, spaceWidth } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import { parameterShapes } from '../../architectures/model.ts';
import type { Random } from '../../random.ts';
import { permutation } from '../../random.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { largestGap } from '../fs-merge/testing.ts';
import { copiedOrder } from './spaces.ts';

export function planOf(models: readonly Model[]): FoldPlan {
  const architectures = models.map(({ architecture }) => architecture);
  return foldPlan(architectures, mergedArchitecture(architectures));
}

/** Unit k of the copy is the model's unit order[k], in each space by its name. */
export type Orders = ReadonlyMap<string, readonly number[]>;

/** Random orders that leave the function as it is: heads move as a whole, a block's query-key and value heads together. */
export function randomOrders(plan: FoldPlan, random: Random): Orders {
  const orders = new Map<string, number[]>();
  for (const spec of plan.matrices) {
    if (!orders.has(spec.space)) orders.set(spec.space, [...permutation(spaceWidth(spec), random)]);
  }
  for (const { queryKey, value } of plan.headSpaces) {
    const spec = plan.matrices.find(({ space }) => space === value);
    const heads = [...permutation(spec?.heads ?? 1, random)];
    const length = (spec?.merged ?? 0) / heads.length;
    for (const space of [queryKey, value]) {
      orders.set(
        space,
        heads.flatMap((head) => [...permutation(length, random)].map((unit) => head * length + unit)),
      );
    }
  }
  return orders;
}

export const inverted = (order: readonly number[]): number[] => {
  const inverse = [...order];
  for (const [unit, from] of order.entries()) inverse[from] = unit;
  return inverse;
};

/** The same function with its units in other orders. */
export function permuted({ architecture, weights }: Model, plan: FoldPlan, orders: Orders): Model {
  const spaceOf = (matrix: string | null) => plan.matrices.find(({ name }) => name === matrix)?.space ?? '';
  const made = new Map<string, Weight>();
  const set = (name: string, rows: string, columns: string) => {
    const weight = weights.get(name);
    if (weight) made.set(name, picked(weight, orders.get(rows), orders.get(columns)));
  };
  for (const entry of plan.folded) {
    if (entry.kind === 'rows') set(entry.name, '', spaceOf(entry.merge));
    else {
      set(entry.weight, spaceOf(entry.merge), spaceOf(entry.unmerge));
      set(entry.bias, '', spaceOf(entry.merge));
    }
  }
  for (const norm of plan.norms) for (const part of ['weight', 'bias']) set(`${norm}.${part}`, '', plan.normSpace);
  const [head, last] = [weights.get(plan.head.weight), plan.matrices.find(({ name }) => name === plan.head.unmerge)];
  if (!head || !last) throw new RangeError('no head');
  made.set(plan.head.weight, picked(head, undefined, copiedOrder(orders.get(last.space) ?? [], last.copies)));
  set(plan.head.bias, '', '');
  return { architecture, weights: made };
}

function picked({ shape, values }: Weight, rows?: readonly number[], columns?: readonly number[]): Weight {
  const width = shape.at(-1) ?? 0;
  return {
    shape,
    values: values.map((_, index) => {
      const [row, column] = [Math.floor(index / width), index % width];
      return values[(rows?.[row] ?? row) * width + (columns?.[column] ?? column)] ?? Number.NaN;
    }),
  };
}

/** Largest difference of any body weight, and of each task's rows of the joint head from the source's head. */
export function gapToSource(merged: Model | null, source: Model): number {
  let most = 0;
  for (const name of parameterShapes(source.architecture).keys()) {
    if (!name.startsWith('head.')) most = Math.max(most, largestGap(merged, source, name));
    else {
      const [joint, own] = [merged?.weights.get(name)?.values ?? [], source.weights.get(name)?.values ?? []];
      for (const [index, value] of joint.entries()) {
        most = Math.max(most, Math.abs(value - (own[index % own.length] ?? Number.NaN)));
      }
    }
  }
  return most;
}

export async function runPlain<Outcome>(merging: AsyncGenerator<unknown, Outcome, unknown>): Promise<Outcome> {
  for (;;) {
    const next = await merging.next();
    if (next.done) return next.value;
  }
}
