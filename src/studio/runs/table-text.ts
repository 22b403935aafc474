/** The comparison as text for a spreadsheet, a README or a paper. Units stand in the heading; bold is the best merged network. */
import Papa from 'papaparse';
import type { CompareRow, Comparison } from './compare.ts';
import type { Column } from './compare-columns.ts';
import { bestOf, columnsOf, isMerged, rowTitle } from './compare-columns.ts';

export type TableFormat = 'csv' | 'markdown' | 'latex';

/** `rows` in the order that they are wanted in. */
export function tableText(comparison: Comparison, rows: readonly CompareRow[], format: TableFormat): string {
  return writers[format](columnsOf(comparison), rows);
}

type Writer = (columns: readonly Column[], rows: readonly CompareRow[]) => string;
const writers: Record<TableFormat, Writer> = { csv, markdown, latex };

const heading = ({ title, unit }: Column): string => (unit === '' ? title : `${title} (${unit})`);

/** A comma between values, a dot in numbers, every digit that was measured; what is not there is empty. */
function csv(columns: readonly Column[], rows: readonly CompareRow[]): string {
  const data = rows.map((row) => [
    rowTitle(row),
    ...columns.map(({ value, factor }) => {
      const own = value(row);
      return own === null ? '' : String(Number((own * factor).toPrecision(7)));
    }),
  ]);
  // A name that begins like a formula is text in a spreadsheet too.
  return Papa.unparse({ fields: ['model', ...columns.map(heading)], data }, { escapeFormulae: true });
}

function markdown(columns: readonly Column[], rows: readonly CompareRow[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const best = (text: string) => `**${text}**`;
  const head = ['model', ...columns.map(heading)].map(escapeMarkdown);
  const ruler = ['---', ...columns.map(() => '---:')];
  const body = rows.map((row) => [escapeMarkdown(rowTitle(row)), ...cells(columns, rows, row, best)]);
  return [head, ruler, ...body].map(line).join('\n');
}

function latex(columns: readonly Column[], rows: readonly CompareRow[]): string {
  const line = (parts: string[]) => `${parts.join(' & ')} \\\\`;
  const best = (text: string) => `\\textbf{${text}}`;
  const head = ['model', ...columns.map(heading)].map(escapeLatex);
  const body = rows.map((row) =>
    line([escapeLatex(rowTitle(row)), ...cells(columns, rows, row, best).map((text) => text.replaceAll('–', '--'))]),
  );
  return [
    '% \\usepackage{booktabs}',
    `\\begin{tabular}{l${'r'.repeat(columns.length)}}`,
    '\\toprule',
    line(head),
    '\\midrule',
    ...body,
    '\\bottomrule',
    '\\end{tabular}',
  ].join('\n');
}

/** Values with few digits, the best of each column as `bold` makes it. */
function cells(
  columns: readonly Column[],
  rows: readonly CompareRow[],
  row: CompareRow,
  bold: (text: string) => string,
): string[] {
  return columns.map((column) => {
    const value = column.value(row);
    if (value === null) return '–';
    const text = short(value * column.factor, column.unit);
    return isMerged(row) && value === bestOf(column, rows) ? bold(text) : text;
  });
}

const digits: Record<Column['unit'], number> = { '': 0, '%': 1, s: 2 };
const short = (value: number, unit: Column['unit']): string => value.toFixed(digits[unit]);

/** Keeps a name one cell and plain text. */
const escapeMarkdown = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|~#&]/g, (found) => `\\${found}`);

const latexNames: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '·': '\\textperiodcentered{}',
  '–': '--',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  // The end of a row takes what follows in brackets, or a star, as its own.
  '[': '{[}',
  '*': '{*}',
};

const escapeLatex = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\\~^·–<>|[*&%$#_{}]/g, (found) => latexNames[found] ?? `\\${found}`);
