/** Draws the part of a matrix that is seen: its ready picture, blocks of the sources, sums at the sides, the entry looked at. */
import type { MatrixPicture, MatrixValues } from '../../../worker/protocol-matrices.ts';
import type { Cell } from './cells.ts';
import type { View } from './view.ts';

/** Space around the matrix in CSS pixels, for the sources' lines (left, top) and the sums (right, bottom). */
export const margins = { start: 14, end: 16 };

const line = 5;
const strip = 9;
const smallestMark = 3;

export interface Scene {
  matrix: Pick<MatrixValues, 'rows' | 'columns' | 'role' | 'bounds'>;
  picture: MatrixPicture;
  view: View;
  /** Place of the entry that is looked at. */
  mark: Cell | null;
  /** Of each block. */
  blockColours: readonly string[];
  text: string;
  quiet: string;
  surface: string;
}

/** `width` and `height` are those of the matrix, in CSS pixels; the canvas has the margins around it. */
export function drawHeatmap(canvas: HTMLCanvasElement, width: number, height: number, scene: Scene): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = devicePixelRatio;
  const around = margins.start + margins.end;
  setSize(canvas, Math.round((width + around) * ratio), Math.round((height + around) * ratio));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width + around, height + around);
  context.translate(margins.start, margins.start);
  drawPictures(context, width, height, scene);
  drawBlocks(context, width, height, scene);
  if (scene.mark) drawMark(context, width, height, scene, scene.mark);
}

function setSize(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

function drawPictures(context: CanvasRenderingContext2D, width: number, height: number, scene: Scene): void {
  const { matrix, picture, view } = scene;
  const { rows, columns } = matrix;
  const seen = { x: view.x * columns, y: view.y * rows, columns: columns / view.zoom, rows: rows / view.zoom };
  // The largest picture of which no pixel is left out.
  const pixels = (width * devicePixelRatio) / seen.columns;
  const level = Math.max(0, Math.min(picture.levels.length - 1, Math.ceil(-Math.log2(pixels))));
  const size = 2 ** level;
  context.imageSmoothingEnabled = false;
  context.drawImage(
    picture.levels[level]!,
    seen.x / size,
    seen.y / size,
    seen.columns / size,
    seen.rows / size,
    0,
    0,
    width,
    height,
  );
  context.imageSmoothingEnabled = pixels < 1;
  context.drawImage(picture.rowSums, 0, seen.y, 1, seen.rows, width + margins.end - strip, 0, strip, height);
  context.drawImage(picture.columnSums, seen.x, 0, seen.columns, 1, 0, height + margins.end - strip, width, strip);
}

function drawBlocks(context: CanvasRenderingContext2D, width: number, height: number, scene: Scene): void {
  const { matrix, view, blockColours, quiet } = scene;
  const { role, bounds, rows, columns } = matrix;
  const [length, all, edge] = role === 'M' ? [height, rows, view.y] : [width, columns, view.x];
  const at = (feature: number) => Math.max(0, Math.min(length, (feature / all - edge) * view.zoom * length));
  for (const [block, colour] of blockColours.entries()) {
    const [from, to] = [at(bounds[block] ?? 0), at(bounds[block + 1] ?? 0)];
    context.fillStyle = colour;
    const bar = -margins.start + 2;
    if (role === 'M') context.fillRect(bar, from, line, to - from);
    else context.fillRect(from, bar, to - from, line);
    if (block === 0 || from === 0 || from === length) continue;
    context.fillStyle = quiet;
    if (role === 'M') context.fillRect(0, from - 0.5, width, 1);
    else context.fillRect(from - 0.5, 0, 1, height);
  }
}

function drawMark(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  { matrix, view, text, surface }: Scene,
  mark: Cell,
): void {
  const entry = { width: (width * view.zoom) / matrix.columns, height: (height * view.zoom) / matrix.rows };
  const x = (mark.column / matrix.columns - view.x) * view.zoom * width;
  const y = (mark.row / matrix.rows - view.y) * view.zoom * height;
  const outside = x < -entry.width / 2 || y < -entry.height / 2 || x > width || y > height;
  if (outside) return;
  const [across, down] = [Math.max(smallestMark, entry.width), Math.max(smallestMark, entry.height)];
  for (const [colour, by] of [
    [surface, 2.25],
    [text, 0.75],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.strokeRect(x - by, y - by, across + 2 * by, down + 2 * by);
  }
}
