/** The columns of the comparison: what a row has in each, which value is best, and rows put in order by one. */
import { methodNames } from '../text/describe.ts';
import { count, duration, percent } from '../text/numbers.ts';
import type { CompareRow, Comparison } from './compare.ts';

export interface Column {
  key: string;
  title: string;
  /** Unit of the values as `value` gives them, times `factor`. */
  unit: '' | '%' | 's';
  factor: number;
  /** Null: not measured, or not there. */
  value: (row: CompareRow) => number | null;
  /** As a person reads it. */
  text: (value: number) => string;
  /** Null: no value is better than another. */
  best: 'highest' | 'lowest' | null;
  /** Place of the task whose column it is; null: of all together. */
  task: number | null;
}

const share = { unit: '%', factor: 100, text: percent } as const;

/** Every column but the model's name. */
export function columnsOf({ tasks }: Pick<Comparison, 'tasks'>): Column[] {
  return [
    ...tasks.map(
      (title, task): Column => ({
        ...share,
        key: `task ${task}`,
        title,
        value: ({ score }) => score.perTask[task] ?? null,
        best: 'highest',
        task,
      }),
    ),
    { ...share, key: 'joint', title: 'joint', value: ({ score }) => score.joint, best: 'highest', task: null },
    {
      ...share,
      key: 'reconstruction',
      title: 'reconstruction error',
      value: ({ reconstruction }) => meanOf(reconstruction),
      best: 'lowest',
      task: null,
    },
    {
      key: 'learnable',
      title: 'learned numbers',
      unit: '',
      factor: 1,
      value: ({ learnable }) => learnable,
      text: count,
      best: null,
      task: null,
    },
    {
      key: 'seconds',
      title: 'time',
      unit: 's',
      factor: 1,
      value: ({ seconds }) => seconds,
      text: duration,
      best: null,
      task: null,
    },
  ];
}

/** Mean of what is there; null where nothing is. */
function meanOf(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  return there.length > 0 ? there.reduce((sum, value) => sum + value, 0) / there.length : null;
}

/** Whether a row is a merged network; sources and the ensemble are what these are measured against. */
export const isMerged = ({ kind, live }: CompareRow): boolean => !live && kind !== 'source' && kind !== 'ensemble';

/** Best value of a column among the merged networks; null where there is none. */
export function bestOf({ best, value }: Column, rows: readonly CompareRow[]): number | null {
  const values = rows.filter(isMerged).flatMap((row) => value(row) ?? []);
  if (best === null || values.length === 0) return null;
  return best === 'highest' ? Math.max(...values) : Math.min(...values);
}

/** "FS-Merge · quiet heron", "digits (source)", "RegMean". */
export function rowTitle({ kind, name }: CompareRow): string {
  if (kind === 'source') return `${name} (source)`;
  return kind === 'fs-merge' || kind === 'distillation' ? `${methodNames[kind]} · ${name}` : name;
}

export interface Order {
  /** Key of a column, or "model". */
  key: string;
  direction: 'ascending' | 'descending';
}

/** The rows by one column; what is not there comes last either way, equal rows stay as they were. */
export function sortedRows(
  rows: readonly CompareRow[],
  columns: readonly Column[],
  order: Order | null,
): readonly CompareRow[] {
  if (!order) return rows;
  const sign = order.direction === 'ascending' ? 1 : -1;
  if (order.key === 'model') {
    return rows.toSorted((a, b) => sign * rowTitle(a).localeCompare(rowTitle(b), 'en', { numeric: true }));
  }
  const column = columns.find(({ key }) => key === order.key);
  if (!column) return rows;
  return rows.toSorted((a, b) => {
    const first = column.value(a);
    const second = column.value(b);
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return sign * (first - second);
  });
}

/** What a press of a column's heading asks for: the better end first, then the other, then no order. */
export function nextOrder(order: Order | null, key: string, columns: readonly Column[]): Order | null {
  const first = columns.find((column) => column.key === key)?.best === 'highest' ? 'descending' : 'ascending';
  if (order?.key !== key) return { key, direction: first };
  if (order.direction !== first) return null;
  return { key, direction: first === 'ascending' ? 'descending' : 'ascending' };
}
