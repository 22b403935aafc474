/** The foldable layers of a SuperNet, in order, from its M and U: those of a run, or those that a recipe will make. */
import type { Initialisation } from '../../../engine/recipe.ts';
import type { MatrixInfo, SourceInfo } from '../../../worker/protocol.ts';

/** One M or U. `shares` is null where nobody knows them: a start from noise, or from a merge that is made later. */
export type Matrix = Pick<MatrixInfo, 'name' | 'group' | 'label' | 'role' | 'owners'> & {
  shares: readonly number[] | null;
};

/** One linear layer of every source: U guesses what goes in, M merges what comes out. The heads have no M. */
export interface Layer {
  key: string;
  /** What is written in its boxes: "q k v", "W₁". */
  label: string;
  /** Where it sits: "patches", "block 2", "layer 1", "heads". */
  place: string;
  /** Number of its block (or of an MLP's layer), from 1; null outside of them. */
  block: number | null;
  unmerge: Matrix | null;
  merges: readonly Matrix[];
  /** Blocks that it stands for, where several are drawn as one; else null. */
  stands: { from: number; to: number } | null;
}

export const isHead = ({ merges }: Layer): boolean => merges.length === 0;

/** M and U come in the order of the network: a U begins a layer, each M after it merges an output of that layer. */
export function layersOf(matrices: readonly Matrix[]): Layer[] {
  const parts: { unmerge: Matrix | null; merges: Matrix[] }[] = [];
  for (const matrix of matrices) {
    const last = parts.at(-1);
    if (matrix.role === 'U') parts.push({ unmerge: matrix, merges: [] });
    else if (last) last.merges.push(matrix);
    else parts.push({ unmerge: null, merges: [matrix] });
  }
  return parts.map(({ unmerge, merges }) => {
    const [first] = merges;
    const place = first ? (first.group.split(' · ')[0] ?? first.group) : 'heads';
    const block = place.match(/\d+/)?.[0];
    return {
      key: (first ?? unmerge)?.name ?? place,
      label: first ? merges.map(({ name }) => weightNames[name.split('.').at(-1) ?? ''] ?? 'W').join(' ') : 'head',
      place,
      block: block === undefined ? null : Number(block),
      unmerge,
      merges,
      stands: null,
    };
  });
}

/** What the last part of an M's name says about the weight before it. */
const weightNames: Record<string, string> = {
  M_embed: 'P',
  M_q: 'q',
  M_k: 'k',
  M_v: 'v',
  M_o: 'o',
  M_1: 'W₁',
  M_2: 'W₂',
};

type Planned = Pick<Matrix, 'name' | 'group' | 'label' | 'role'>;

/** The M and U of sources of one kind, as they are before the first step. Shallower sources are padded to the deepest. */
export function plannedMatrices(sources: readonly SourceInfo[], start: Initialisation): Matrix[] {
  const [first] = sources;
  if (!first) return [];
  const depth = Math.max(...sources.map((source) => source.depth));
  const owners = sources.map((_, source) => source);
  const planned = first.architecture === 'vit' ? vitMatrices(depth) : mlpMatrices(depth);
  return planned.map((matrix) => ({ ...matrix, owners, shares: firstShares(matrix.role, start, sources.length) }));
}

/** M takes all from the first source or as much from each; U gives every source the whole feature (docs/method.md "Where training starts"). */
function firstShares(role: Matrix['role'], start: Initialisation, sources: number): number[] | null {
  if (start !== 'first' && start !== 'average') return null;
  return Array.from({ length: sources }, (_, source) => {
    if (role === 'M' && start === 'first') return source === 0 ? 1 : 0;
    return 1 / sources;
  });
}

function vitMatrices(blocks: number): Planned[] {
  const all: Planned[] = [{ name: 'embedding.M_embed', group: 'patches', label: 'M embedding', role: 'M' }];
  for (let block = 0; block < blocks; block++) {
    for (const [part, name, label] of blockMatrices) {
      all.push({
        name: `blocks.${block}.${part === 'MLP' ? 'mlp' : part}.${name}`,
        group: `block ${block + 1} · ${part}`,
        label,
        role: label.startsWith('M') ? 'M' : 'U',
      });
    }
  }
  return [...all, { name: 'output.U_out', group: 'output', label: 'U features', role: 'U' }];
}

const blockMatrices = [
  ['attention', 'U_att', 'U of q, k, v'],
  ['attention', 'M_q', 'M query'],
  ['attention', 'M_k', 'M key'],
  ['attention', 'M_v', 'M value'],
  ['attention', 'U_o', 'U out'],
  ['attention', 'M_o', 'M out'],
  ['MLP', 'U_0', 'U in'],
  ['MLP', 'M_1', 'M hidden'],
  ['MLP', 'U_1', 'U hidden'],
  ['MLP', 'M_2', 'M out'],
] as const;

const mlpMatrices = (layers: number): Planned[] =>
  Array.from({ length: layers }, (_, layer) => layer).flatMap((layer): Planned[] => {
    const group = `layer ${layer + 1}`;
    return [
      { name: `layers.${layer}.M`, group, label: 'M', role: 'M' },
      { name: `layers.${layer}.U`, group, label: layer === layers - 1 ? 'U features' : 'U', role: 'U' },
    ];
  });
