/** Blocks that do not fit are drawn as one. */
import type { Layer, Matrix } from './structure.ts';

/**
 * The layers with as few blocks grouped as make them fit into `room`: the first and the last blocks stay, those between them become
 * one layer that shows the means. `lengthOf` tells how long some layers are.
 */
export function grouped(
  layers: readonly Layer[],
  room: number,
  lengthOf: (layers: readonly Layer[]) => number,
): readonly Layer[] {
  const blocks = [...new Set(layers.flatMap(({ block }) => block ?? []))];
  if (lengthOf(layers) <= room || blocks.length < 2) return layers;
  for (let kept = blocks.length - 2; kept > 0; kept--) {
    const shorter = withGroup(layers, blocks.slice(Math.ceil(kept / 2), blocks.length - Math.floor(kept / 2)));
    if (lengthOf(shorter) <= room) return shorter;
  }
  return withGroup(layers, blocks);
}

function withGroup(layers: readonly Layer[], blocks: readonly number[]): Layer[] {
  const isInside = ({ block }: Layer) => block !== null && blocks.includes(block);
  const inside = layers.filter(isInside);
  const at = layers.findIndex(isInside);
  return [...layers.slice(0, at), standIn(inside, blocks), ...layers.slice(at + inside.length)];
}

function standIn(layers: readonly Layer[], blocks: readonly number[]): Layer {
  const [from = 0, to = 0] = [blocks[0], blocks.at(-1)];
  const [first] = layers;
  const place = `${first?.place.replace(/ \d+$/, '')}s ${from}–${to}`;
  const merges = layers.flatMap((layer) => layer.merges);
  const unmerges = layers.flatMap(({ unmerge }) => unmerge ?? []);
  return {
    key: place,
    label: `×${blocks.length}`,
    place,
    block: null,
    unmerge: meanOf(unmerges, place),
    merges: [meanOf(merges, place)].filter((matrix) => matrix !== null),
    stands: { from, to },
  };
}

/** Mean shares of matrices with the same owners; null where there are none. */
function meanOf(matrices: readonly Matrix[], place: string): Matrix | null {
  const [first] = matrices;
  if (!first) return null;
  const shares = first.owners.map(
    (_, block) => matrices.reduce((sum, matrix) => sum + (matrix.shares?.[block] ?? 0), 0) / matrices.length,
  );
  return {
    ...first,
    name: `${place} ${first.role}`,
    group: place,
    label: first.role,
    shares: matrices.every((matrix) => matrix.shares !== null) ? shares : null,
  };
}
