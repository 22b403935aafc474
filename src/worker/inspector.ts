/** Pictures and facts of matrices: a plain object that the page calls through comlink, in a worker that never trains. */
import type { Grid } from '../engine/inspection/block.ts';
import { matrixFacts } from '../engine/inspection/facts.ts';
import { halved, orderBySource, ordered, paintPixels, sums } from '../engine/inspection/picture.ts';
import type { InspectorApi } from './protocol-matrices.ts';
import { transferring } from './transfer.ts';

/** Pictures are halved until their longer side is at most this. */
const smallestPicture = 256;

export const inspector: InspectorApi = {
  async picture(matrix, { table, end, sorted }) {
    const order = sorted ? orderBySource(matrix) : null;
    const grid = order ? ordered(matrix, order) : matrix;
    const levels = await Promise.all(halvings(grid).map((level) => bitmap(level, end, table)));
    const shown = sums(grid);
    const rowSums = await strip({ rows: grid.rows, columns: 1, values: shown.rows }, table);
    const columnSums = await strip({ rows: 1, columns: grid.columns, values: shown.columns }, table);
    const picture = { levels, rowSums, columnSums, sums: sums(matrix), order };
    return transferring(picture, [...levels, rowSums, columnSums]);
  },

  async facts(matrix) {
    return matrixFacts(matrix, matrix.heads);
  },
};

function halvings(grid: Grid): Grid[] {
  const levels = [grid];
  for (let last = grid; Math.max(last.rows, last.columns) > smallestPicture; levels.push(last)) last = halved(last);
  return levels;
}

const bitmap = ({ rows, columns, values }: Grid, end: number, table: Uint32Array): Promise<ImageBitmap> =>
  createImageBitmap(new ImageData(paintPixels(values, end, table), columns, rows));

const strip = (grid: Grid, table: Uint32Array): Promise<ImageBitmap> =>
  bitmap(
    grid,
    grid.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    table,
  );
