/** Ways over a picture, by pointers and by keys. */
import type { MatrixValues } from '../../../worker/protocol-matrices.ts';
import { cellAt, entryAt, moveCell, placeOf } from './cells.ts';
import type { Pointing } from './pointing.ts';
import type { SharedView } from './shared-view.ts';
import { lookAt } from './shared-view.ts';
import { largestZoom, panBy, reveal, whole, zoomAt, zoomStep } from './view.ts';

export interface Navigation extends Pointing {
  /** Answers whether the key means something here. */
  onKey(key: string, shift: boolean): boolean;
}

export function navigation(
  shared: SharedView,
  { rows, columns, role }: Pick<MatrixValues, 'rows' | 'columns' | 'role'>,
  order: Uint32Array | null,
): Navigation {
  const size = { rows, columns };
  const place = () => {
    const { cell } = shared.getState();
    return cell && placeOf(cell, role, order);
  };
  const onZoom: Pointing['onZoom'] = (factor, { x, y }) => {
    const { view } = shared.getState();
    const next = zoomAt(view, factor, x, y, largestZoom(size));
    if (next.zoom === view.zoom) return false;
    shared.setState({ view: next });
    return true;
  };
  /** About the entry that is looked at, or the middle. */
  const zoom = (factor: number) => {
    const { view } = shared.getState();
    const { row, column } = place() ?? cellAt(view.x + 0.5 / view.zoom, view.y + 0.5 / view.zoom, size);
    onZoom(factor, {
      x: ((column + 0.5) / columns - view.x) * view.zoom,
      y: ((row + 0.5) / rows - view.y) * view.zoom,
    });
  };
  const onReset = () => shared.setState({ view: whole });
  const keys: Record<string, () => void> = {
    '+': () => zoom(zoomStep),
    '=': () => zoom(zoomStep),
    '-': () => zoom(1 / zoomStep),
    _: () => zoom(1 / zoomStep),
    0: onReset,
    Home: onReset,
    Escape: () => lookAt(shared, null),
  };
  return {
    onPoint(at) {
      const { view } = shared.getState();
      const found = at && cellAt(view.x + at.x / view.zoom, view.y + at.y / view.zoom, size);
      lookAt(shared, found && entryAt(found, role, order));
    },
    onPan(dx, dy) {
      shared.setState(({ view }) => ({ view: panBy(view, dx, dy) }));
    },
    onZoom,
    onReset,
    onKey(key, shift) {
      const next = moveCell(place(), key, shift ? 10 : 1, size);
      if (next) shared.setState(({ view }) => ({ cell: entryAt(next, role, order), view: reveal(view, next, size) }));
      else if (keys[key]) keys[key]();
      else return false;
      return true;
    },
  };
}
