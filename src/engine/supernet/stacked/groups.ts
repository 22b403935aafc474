/**
 * Layers of a fold plan that fold alike, to be folded at once: same sizes of sources, of merged layer, and of what reads one U.
 * Names are stacked in the order in which the stacked fold takes them.
 */
import type { FoldedParameter, FoldPlan, MatrixSpec } from '../../architectures/fold-plan.ts';
import type { Architecture } from '../../architectures/model.ts';
import { parameterShapes } from '../../architectures/model.ts';
import type { FoldShape } from '../../ops/fold/fold-shape.ts';

/** Layers that read one U: a block's query, key and value; else one alone. */
export interface Bundle {
  /** Names before `.weight` and `.bias`. */
  layers: string[];
  unmerge: string;
  /** One M for each layer. */
  merges: string[];
}

export interface Group {
  shape: FoldShape;
  bundles: Bundle[];
  /** The matrix names of the bundles' U, L of them, and of their M, p · L of them: part by part, in each bundle by bundle. */
  unmerges: string[];
  merges: string[];
}

/** All layers of the plan that have a U, in groups; null where sources differ in width, which folds layer by layer. */
export function stackedGroups(plan: FoldPlan, sources: readonly Architecture[]): Group[] | null {
  const specs = new Map(plan.matrices.map((spec) => [spec.name, spec]));
  const shapes = sources.map(parameterShapes);
  const groups = new Map<string, Bundle[]>();
  for (const bundle of bundlesOf(plan)) {
    const used = [bundle.unmerge, ...bundle.merges].map((name) => specs.get(name) as MatrixSpec);
    if (used.some(({ widths }) => new Set(widths).size > 1)) return null;
    const [unmerge, ...merges] = used as [MatrixSpec, ...MatrixSpec[]];
    const [merge] = merges as [MatrixSpec];
    if (merges.some(({ merged }) => merged !== merge.merged)) return null;
    const [out = 0, into = 0] = shapes[0]?.get(`${bundle.layers[0]}.weight`) ?? [];
    const key = JSON.stringify([bundle.layers.length, out, into, merge.merged, unmerge.merged]);
    groups.set(key, [...(groups.get(key) ?? []), bundle]);
  }
  return [...groups].map(([key, bundles]) => {
    const [parts, out, into, mergedOut, mergedInto] = JSON.parse(key) as [number, number, number, number, number];
    const shape = { sources: sources.length, parts, bundles: bundles.length, out, into, mergedOut, mergedInto };
    const merges = Array.from({ length: parts }, (_, part) => bundles.map((bundle) => bundle.merges[part] ?? ''));
    return { shape, bundles, unmerges: bundles.map(({ unmerge }) => unmerge), merges: merges.flat() };
  });
}

function bundlesOf({ folded }: FoldPlan): Bundle[] {
  const bundles = new Map<string, Bundle>();
  for (const entry of folded) {
    if (!hasUnmerge(entry)) continue;
    const bundle = bundles.get(entry.unmerge) ?? { layers: [], unmerge: entry.unmerge, merges: [] };
    bundle.layers.push(entry.weight.replace(/\.weight$/, ''));
    bundle.merges.push(entry.merge);
    bundles.set(entry.unmerge, bundle);
  }
  return [...bundles.values()];
}

type LinearWithUnmerge = Extract<FoldedParameter, { kind: 'linear' }> & { unmerge: string };

export const hasUnmerge = (entry: FoldedParameter): entry is LinearWithUnmerge =>
  entry.kind === 'linear' && entry.unmerge !== null;
