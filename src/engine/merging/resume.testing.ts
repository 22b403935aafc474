/** Test support: merges that are interrupted, go through bytes and go on. */
import type { Weights } from '../architectures/model.ts';
import type { MethodRecipe } from '../recipe.ts';
import type { MergeResume } from './merge-state.ts';
import { readMergeState, writeMergeState } from './merge-state-file.ts';
import type { MergeContext, MergeOutcome, MergeProgress } from './method.ts';
import { mergeMethod } from './registry.ts';

export interface Whole {
  events: MergeProgress[];
  outcome: MergeOutcome;
}

const start = (context: MergeContext, method: MethodRecipe) => mergeMethod(method.name).merge(context, method);

/** Runs to the end. */
export async function runWhole(context: MergeContext, method: MethodRecipe): Promise<Whole> {
  const events: MergeProgress[] = [];
  const merging = start(context, method);
  for (;;) {
    const next = await merging.next();
    if (next.done) return { events, outcome: next.value };
    events.push(next.value);
  }
}

/** Breaks off after the `count`-th training step that it tells of, and gives what it told and its state as bytes. */
export async function interrupt(
  context: MergeContext,
  method: MethodRecipe,
  count: number,
): Promise<{ events: MergeProgress[]; bytes: Uint8Array<ArrayBuffer> }> {
  const events: MergeProgress[] = [];
  const merging = start(context, method);
  let state: Extract<MergeProgress, { type: 'started' }>['state'] | null = null;
  for (let told = 0; ; ) {
    const next = await merging.next();
    if (next.done) throw new RangeError(`the merge has fewer than ${count} steps`);
    events.push(next.value);
    if (next.value.type === 'started') state = next.value.state;
    if (next.value.type !== 'training' || ++told < count || !state) continue;
    const pieces = writeMergeState(await state()).map((piece) => piece.slice());
    await merging.return(undefined as never);
    return { events, bytes: await joined(pieces) };
  }
}

export const resumeFrom = (bytes: Uint8Array<ArrayBuffer>, end = false): MergeResume => ({
  state: readMergeState(bytes),
  end,
});

/** What is told of steps and measurements. */
export const told = (events: readonly MergeProgress[]) =>
  events.filter(({ type }) => type !== 'preparing' && type !== 'started');

export const valuesOf = (weights: Weights | undefined) =>
  new Map([...(weights ?? [])].map(([name, { values }]) => [name, [...values]]));

const joined = async (pieces: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await new Blob(pieces).arrayBuffer());
