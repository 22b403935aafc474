/** Which part of a matrix is seen, in shares of the whole, so that pictures of any size can be linked. */
import type { Cell } from './cells.ts';

export interface View {
  /** 1: all of it. */
  zoom: number;
  /** Left and top edge, from 0 to 1 − 1/zoom. */
  x: number;
  y: number;
}

export const whole: View = { zoom: 1, x: 0, y: 0 };

/** By how much one press of + or − zooms. */
export const zoomStep = 1.5;

/** One sees at least so many entries in a row or column. */
const fewestEntries = 8;

interface Size {
  rows: number;
  columns: number;
}

export const largestZoom = ({ rows, columns }: Size): number => Math.max(1, Math.min(rows, columns) / fewestEntries);

/** Zooms so that what is at (px, py), from 0 to 1 over the picture, stays there. */
export function zoomAt(view: View, factor: number, px: number, py: number, most: number): View {
  const zoom = Math.max(1, Math.min(most, view.zoom * factor));
  return within({ zoom, x: view.x + px / view.zoom - px / zoom, y: view.y + py / view.zoom - py / zoom });
}

/** Moves what is seen along with the pointer, by shares of the picture. */
export const panBy = ({ zoom, x, y }: View, dx: number, dy: number): View =>
  within({ zoom, x: x - dx / zoom, y: y - dy / zoom });

/** Moves no more than it takes to see a cell. */
export function reveal(view: View, { row, column }: Cell, { rows, columns }: Size): View {
  const seen = 1 / view.zoom;
  const moved = (edge: number, from: number, to: number) => Math.max(to - seen, Math.min(from, edge));
  return within({
    zoom: view.zoom,
    x: moved(view.x, column / columns, (column + 1) / columns),
    y: moved(view.y, row / rows, (row + 1) / rows),
  });
}

function within({ zoom, x, y }: View): View {
  const most = 1 - 1 / zoom;
  return { zoom, x: Math.max(0, Math.min(most, x)), y: Math.max(0, Math.min(most, y)) };
}
