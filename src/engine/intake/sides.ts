/** Which checkpoints a file beside the weights tells about. */
import { applySideFile } from '../architectures/side-files.ts';
import type { Source } from '../architectures/source.ts';
import { folderOf } from '../datasets/files/paths.ts';
import type { Side } from './read-drop.ts';

/** A source by its id, and the path that it was dropped under. */
export interface PlacedSource {
  id: string;
  path: string;
  source: Source;
}

/**
 * The sources as the file tells: those of its folder in the same drop, else all of the drop, else the latest one that was there
 * before. Throws the `StudioError` of the first when it contradicts all of them. Null when there is no source to tell about yet.
 */
export function applySide(
  side: Side,
  dropped: readonly PlacedSource[],
  before: readonly PlacedSource[],
): PlacedSource[] | null {
  const near = dropped.filter(({ path }) => folderOf(path) === folderOf(side.path));
  if (near.length > 0) return applyTo(side, near);
  if (dropped.length > 0) return applyTo(side, dropped);
  if (before.length === 0) return null;
  return firstThatFits(side, [...before].reverse());
}

function applyTo(side: Side, placed: readonly PlacedSource[]): PlacedSource[] {
  const told: PlacedSource[] = [];
  let refusal: unknown = null;
  for (const one of placed) {
    try {
      told.push({ ...one, source: applySideFile(one.source, side.facts) });
    } catch (error) {
      refusal ??= error;
    }
  }
  if (told.length === 0) throw refusal;
  return told;
}

function firstThatFits(side: Side, placed: readonly PlacedSource[]): PlacedSource[] {
  let refusal: unknown = null;
  for (const one of placed) {
    try {
      return [{ ...one, source: applySideFile(one.source, side.facts) }];
    } catch (error) {
      refusal ??= error;
    }
  }
  throw refusal;
}
