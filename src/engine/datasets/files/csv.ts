/** Tables of pixels: one image a row, its label in the first column or in the one called so, then its pixels row by row. */
import Papa from 'papaparse';
import type { NamedSource } from '../../tensors/byte-source.ts';
import type { ImageFile } from '../image-file.ts';
import { imageError } from '../image-file.ts';
import type { ImageSet } from '../images.ts';
import type { ReadGroup } from './image-reader.ts';
import { baseName, inNaturalOrder, partOf } from './paths.ts';
import { PixelRows } from './pixel-rows.ts';
import { halves } from './split.ts';

const chunkBytes = 2 ** 22;
const labelColumn = /^(label|class|target|y|digit)s?$/i;
/** Columns that number the rows, as pandas writes them. */
const indexColumn = /^(|id|index|unnamed: 0)$/i;
/** A line shorter than that many cells holds no image. */
const fewestCells = 10;

/** Whether text begins as a table of many numbers, or of names of one word, does; `head` may end anywhere. */
export function looksLikeCsv(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head);
  const line = text.slice(0, text.lastIndexOf(',') + 1).split(/\r?\n/)[0] ?? '';
  const cells = line.split(/[,;\t]/);
  return cells.length >= fewestCells && cells.every((cell) => /^\s*["']?[\w.+-]*["']?\s*$/.test(cell));
}

/** Throws `StudioError` when rows are of unequal length, cells are no numbers or pixels make no image. */
export const readCsv: ReadGroup = async (name, files) => {
  const tables: { file: NamedSource; table: Table }[] = [];
  for (const file of files) tables.push({ file, table: await readTable(file) });
  const names = namesAmong(tables.flatMap(({ table }) => table.labels));
  const sets = { train: null as ImageSet | null, test: null as ImageSet | null };
  for (const { file, table } of tables) {
    const part = tables.length > 1 && partOf(baseName(file.name)) !== 'train' ? 'test' : 'train';
    if (sets[part])
      throw imageError(name, `${file.name} is one table of ${part} images too many.`, 'Add one data set at a time.');
    sets[part] = table.images(names);
  }
  const { train, test } = sets;
  if (train && test && String(train.shape) !== String(test.shape)) {
    throw imageError(name, `The tables of ${name} have images of two sizes.`, 'Add the tables of one data set.');
  }
  const notes =
    train?.shape[2] === 3 || test?.shape[2] === 3 ? ['read as red, green and blue of one pixel after the other'] : [];
  return { file: name, ...halves(train, test), labelNames: names, notes } satisfies ImageFile;
};

/** Null when all labels are numbers. */
function namesAmong(labels: readonly string[]): string[] | null {
  const names = new Set(labels);
  if ([...names].every((label) => label !== '' && Number.isInteger(Number(label)))) return null;
  return inNaturalOrder(names);
}

async function readTable(file: NamedSource): Promise<Table> {
  const table = new Table(file.name);
  let delimiter = '';
  for await (const text of wholeLines(file)) {
    const { data, meta } = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: 'greedy' });
    delimiter = meta.delimiter;
    for (const row of data) table.add(row);
  }
  table.finish();
  return table;
}

/** The text of a file in pieces that end where lines do. */
async function* wholeLines({ source }: NamedSource): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for (let start = 0; start < source.size; start += chunkBytes) {
    const bytes = await source.read(start, Math.min(start + chunkBytes, source.size));
    const text = rest + decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) yield text.slice(0, end);
    rest = text.slice(end);
  }
  if (rest !== '') yield rest;
}

/** The rows of a table, as they come. */
class Table {
  readonly labels: string[] = [];
  private pixels: PixelRows | null = null;
  private cells = 0;
  private lines = 0;
  private label = 0;
  /** Columns of pixels. */
  private columns: number[] = [];

  constructor(private readonly file: string) {}

  add(row: readonly string[]): void {
    this.lines++;
    if (this.lines === 1 && this.begin(row)) return;
    if (row.length !== this.cells) {
      throw imageError(
        this.file,
        `Row ${this.lines} of ${this.file} has ${row.length} cells; the first one has ${this.cells}.`,
        'Give every image one row with as many pixels.',
      );
    }
    this.labels.push((row[this.label] ?? '').trim());
    const wrong = this.pixels?.add(row, this.columns) ?? null;
    if (wrong === null) return;
    throw imageError(
      this.file,
      `Row ${this.lines} of ${this.file} has "${row[wrong]?.slice(0, 30)}" in column ${wrong + 1}, which is no number.`,
      'Save the pixels as numbers, and one label for each image.',
    );
  }

  finish(): void {
    if (this.labels.length === 0) {
      throw imageError(this.file, `${this.file} has no images.`, 'Choose a table with at least one row of pixels.');
    }
  }

  images(names: readonly string[] | null): ImageSet {
    if (!this.pixels) throw new RangeError('no rows');
    const numbers = names && new Map(names.map((name, index) => [name, index]));
    const labels = Int32Array.from(this.labels, (label) => numbers?.get(label) ?? Number(label));
    return { ...this.pixels.set(), labels };
  }

  /** Takes the first line; whether it was a header. */
  private begin(row: readonly string[]): boolean {
    this.cells = row.length;
    const header = row.slice(1).some((cell) => !Number.isFinite(Number(cell)));
    const labelled = header ? row.findIndex((cell) => labelColumn.test(cell.trim())) : -1;
    this.label = Math.max(0, labelled);
    this.columns = [...row.keys()].filter(
      (column) => column !== this.label && !(labelled >= 0 && indexColumn.test(row[column]?.trim() ?? '')),
    );
    const shape = imageShape(this.columns.length);
    if (!shape) {
      const unlabelled = header && labelled < 0 && imageShape(row.length) !== null;
      throw imageError(
        this.file,
        unlabelled
          ? `${this.file} has ${row.length} columns of pixels and none of labels.`
          : `${this.file} has ${this.columns.length} pixels a row beside the label, which are no square image, grey or in colour.`,
        'Put the label into the first column, or call its column "label".',
      );
    }
    this.pixels = new PixelRows(this.file, shape);
    return header;
  }
}

/** Square images: grey (784 pixels are 28 × 28 × 1) or in colour (3072 are 32 × 32 × 3); null for other numbers of pixels. */
function imageShape(pixels: number): ImageSet['shape'] | null {
  for (const channels of [1, 3]) {
    const side = Math.sqrt(pixels / channels);
    if (side > 0 && Number.isInteger(side)) return [side, side, channels];
  }
  return null;
}
