/**
 * The fold plan: an architecture described once for everything that merges it. It lists the merge and unmerge matrices,
 * which parameters each of them folds, which parameters are learned as they are, and the head.
 * SuperNet, fold, the pictures of M and U and every closed-form method read it; none of them knows a ViT from an MLP.
 */
import type { MergedSize } from '../recipe.ts';
import type { Architecture, Perceptron, VisionTransformer } from './model.ts';
import { featureWidth } from './model.ts';

/** One M, `[Σ widths, merged]`, or one U, `[merged, Σ widths]` (docs/method.md "Fold"). */
export interface MatrixSpec {
  name: string;
  role: 'M' | 'U';
  /** Width of each source's feature, in the order of the sources. */
  widths: number[];
  /** Width of the merged feature. */
  merged: number;
  /**
   * How many times the units of its space stand side by side in the features: 2 in the last U of a ViT whose head reads two tokens,
   * else 1. `merged` and `widths` count all of them.
   */
  copies: number;
  /** Attention heads of the merged feature, where it is laid out in heads (query, key, value, mixed values); else null. */
  heads: number | null;
  /**
   * Features that it writes (M) or reads (U). Matrices of one space share their features: what permutes the units of one
   * permutes those of all ("stream", "blocks.0.hidden", "layers.1").
   */
  space: string;
  /** For people: where it sits ("block 1") and what it does there ("M query"). */
  group: string;
  label: string;
}

/** How one parameter of the merged network comes from the sources' parameters of the same name. */
export type FoldedParameter =
  /** `W̃ = Σ Mᵢᵀ Wᵢ Uᵢᵀ`, `b̃ = Σ bᵢ Mᵢ`. Without U every source sees the same input: `W̃ = Σ Mᵢᵀ Wᵢ`. */
  | { kind: 'linear'; weight: string; bias: string; unmerge: string | null; merge: string }
  /** Features stored as rows, `[rows, width]` or `[width]`: class token, registers, positions. `F̃ = Σ Fᵢ Mᵢ`. */
  | { kind: 'rows'; name: string; merge: string };

export interface FoldPlan {
  matrices: MatrixSpec[];
  folded: FoldedParameter[];
  /** LayerNorms, by the name before `.weight` and `.bias`: learned at merged width. */
  norms: string[];
  /** Space of the features that the LayerNorms scale. */
  normSpace: string;
  /** Spaces laid out in heads whose heads belong together: a block's query and key, its value and what attention mixes. */
  headSpaces: { queryKey: string; value: string }[];
  /** Heads stay one for each source; their unmerge folds into them: `head̃ᵢ = (Vᵢ Uᵢᵀ, cᵢ)`. */
  head: { weight: string; bias: string; unmerge: string };
  /** Width that the rank of a recipe refers to; a matrix of another width scales it. */
  rankWidth: number;
}

/**
 * The plan for sources of one kind and depth. `merged` is the architecture of the folded network; `outputs` are the widths of
 * the features that the last U guesses, the sources' own unless given (a sequential merge keeps those of earlier sources).
 */
export function foldPlan(
  sources: readonly Architecture[],
  merged: Architecture,
  outputs: readonly number[] = sources.map(featureWidth),
): FoldPlan {
  switch (merged.kind) {
    case 'vit':
      return vitPlan(
        sources.filter((source) => source.kind === 'vit'),
        merged,
        outputs,
      );
    case 'mlp':
      return mlpPlan(
        sources.filter((source) => source.kind === 'mlp'),
        merged,
        outputs,
      );
    default:
      throw merged satisfies never;
  }
}

/**
 * The folded network: the first source's size unless another is given, with one head for the classes of all. It gives an embedding
 * if all sources do.
 */
export function mergedArchitecture(sources: readonly Architecture[], size: Partial<MergedSize> = {}): Architecture {
  const [first] = sources;
  if (!first) throw new RangeError('no sources');
  const classes = sources.reduce((sum, source) => sum + source.classes, 0);
  const embeddings = sources.every((source) => source.kind === 'vit' && source.output === 'embedding');
  if (first.kind === 'mlp') return { ...first, classes, widths: size.widths ?? first.widths };
  const width = size.width ?? first.width;
  const hidden = size.hidden ?? Math.max(1, Math.round((first.hidden * width) / first.width));
  const output = embeddings ? 'embedding' : 'classes';
  return { ...first, classes, width, hidden, heads: size.heads ?? first.heads, output };
}

/** Width of the features of a matrix' space in the merged network. */
export const spaceWidth = ({ merged, copies }: MatrixSpec): number => merged / copies;

/** Pairs of a source's unit and the merged unit at the same place, copy by copy; the wider of the two has more, which have no partner. */
export function pairedUnits({ widths, merged, copies }: MatrixSpec, source: number): [own: number, merged: number][] {
  const [own, whole] = [(widths[source] ?? 0) / copies, merged / copies];
  const shared = Math.min(own, whole);
  return Array.from({ length: copies * shared }, (_, index) => {
    const [copy, unit] = [Math.floor(index / shared), index % shared];
    return [copy * own + unit, copy * whole + unit];
  });
}

/** Rank of the low-rank part of a matrix: the recipe's rank, scaled by its width. At least 1. */
export function matrixRank(plan: FoldPlan, spec: MatrixSpec, rank: number): number {
  return Math.max(1, Math.floor((rank * spec.merged) / plan.rankWidth));
}

/** Where a matrix sits in a ViT: on the residual stream, on features laid out in heads, inside an MLP, or at the end. */
type Place = 'stream' | 'heads' | 'hidden' | 'output';

function vitPlan(
  sources: readonly VisionTransformer[],
  merged: VisionTransformer,
  outputs: readonly number[],
): FoldPlan {
  const plan: FoldPlan = {
    matrices: [],
    folded: [],
    norms: [],
    normSpace: 'stream',
    headSpaces: [],
    head: { weight: 'head.weight', bias: 'head.bias', unmerge: 'output.U_out' },
    rankWidth: merged.width,
  };
  const width = sources.map((source) => source.width);
  const hidden = sources.map((source) => source.hidden);
  const widths = { stream: width, heads: width, hidden, output: [...outputs] };
  const matrix = (name: string, group: string, label: string, place: Place = 'stream', space = 'stream') => {
    plan.matrices.push({
      name,
      space,
      role: name.split('.').at(-1)?.startsWith('M') ? 'M' : 'U',
      group,
      label,
      widths: widths[place],
      merged: place === 'output' ? featureWidth(merged) : place === 'hidden' ? merged.hidden : merged.width,
      copies: place === 'output' ? featureWidth(merged) / merged.width : 1,
      heads: place === 'heads' ? merged.heads : null,
    });
    return name;
  };
  const linear = (layer: string, unmerge: string | null, merge: string) =>
    plan.folded.push({ kind: 'linear', weight: `${layer}.weight`, bias: `${layer}.bias`, unmerge, merge });

  const embed = matrix('embedding.M_embed', 'patches', 'M embedding');
  linear('patches', null, embed);
  const rows = [
    ...(merged.classToken ? ['class_token'] : []),
    ...(merged.registers > 0 ? ['registers'] : []),
    'positions',
  ];
  for (const name of rows) plan.folded.push({ kind: 'rows', name, merge: embed });
  if (merged.preNorm) plan.norms.push('pre_norm');
  for (let index = 0; index < merged.blocks; index++) {
    const block = `blocks.${index}`;
    const attention = `${block}.attention`;
    const inAttention = `block ${index + 1} · attention`;
    const [queryKey, value] = [`${block}.query-key`, `${block}.value`];
    plan.headSpaces.push({ queryKey, value });
    plan.norms.push(`${block}.norm1`);
    const unmerge = matrix(`${attention}.U_att`, inAttention, 'U of q, k, v');
    linear(`${attention}.query`, unmerge, matrix(`${attention}.M_q`, inAttention, 'M query', 'heads', queryKey));
    linear(`${attention}.key`, unmerge, matrix(`${attention}.M_k`, inAttention, 'M key', 'heads', queryKey));
    linear(`${attention}.value`, unmerge, matrix(`${attention}.M_v`, inAttention, 'M value', 'heads', value));
    const unmergeOut = matrix(`${attention}.U_o`, inAttention, 'U out', 'heads', value);
    linear(`${attention}.out`, unmergeOut, matrix(`${attention}.M_o`, inAttention, 'M out'));
    const inMlp = `block ${index + 1} · MLP`;
    plan.norms.push(`${block}.norm2`);
    const unmergeIn = matrix(`${block}.mlp.U_0`, inMlp, 'U in');
    linear(`${block}.mlp.in`, unmergeIn, matrix(`${block}.mlp.M_1`, inMlp, 'M hidden', 'hidden', `${block}.hidden`));
    const unmergeHidden = matrix(`${block}.mlp.U_1`, inMlp, 'U hidden', 'hidden', `${block}.hidden`);
    linear(`${block}.mlp.out`, unmergeHidden, matrix(`${block}.mlp.M_2`, inMlp, 'M out'));
  }
  plan.norms.push('norm');
  matrix(plan.head.unmerge, 'output', 'U features', 'output');
  return plan;
}

function mlpPlan(sources: readonly Perceptron[], merged: Perceptron, outputs: readonly number[]): FoldPlan {
  const plan: FoldPlan = {
    matrices: [],
    folded: [],
    norms: [],
    normSpace: 'stream',
    headSpaces: [],
    head: { weight: 'head.weight', bias: 'head.bias', unmerge: `layers.${merged.widths.length - 1}.U` },
    rankWidth: merged.widths[0] ?? featureWidth(merged),
  };
  for (const [layer, width] of merged.widths.entries()) {
    const widths = sources.map((source) => source.widths[layer] ?? width);
    const group = `layer ${layer + 1}`;
    const last = layer === merged.widths.length - 1;
    const shared = { merged: width, copies: 1, heads: null, group, space: `layers.${layer}` };
    plan.matrices.push(
      { ...shared, name: `layers.${layer}.M`, role: 'M', widths, label: 'M' },
      last
        ? { ...shared, name: `layers.${layer}.U`, role: 'U', widths: [...outputs], label: 'U features' }
        : { ...shared, name: `layers.${layer}.U`, role: 'U', widths, label: 'U' },
    );
    plan.folded.push({
      kind: 'linear',
      weight: `layers.${layer}.weight`,
      bias: `layers.${layer}.bias`,
      unmerge: layer === 0 ? null : `layers.${layer - 1}.U`,
      merge: `layers.${layer}.M`,
    });
  }
  return plan;
}
