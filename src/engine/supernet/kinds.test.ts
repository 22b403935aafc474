import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MatrixSpec } from '../architectures/fold-plan.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import type { MatrixKind } from '../recipe.ts';
import { matrixKinds } from '../recipe.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { useNodeBackend } from '../testing/node.ts';
import type { Rows } from '../theory/testing.ts';
import {
  at,
  make,
  randomRows,
  relative,
  rowsOf,
  scaled,
  sum,
  times,
  transpose,
  weightFrom,
} from '../theory/testing.ts';
import { matrixForm } from './kinds.ts';
import type { ColdStart } from './matrix-kind.ts';
import { bounds, denseShape, normals, totalWidth } from './matrix-kind.ts';

beforeAll(() => useNodeBackend('cpu'));

type Parts = Record<string, Weight>;
const rank = 3;
const roles = ['M', 'U'] as const;

/** Features of these widths; laid out in two heads where all widths are the merged one. */
const specOf = (role: 'M' | 'U', widths: number[], merged: number): MatrixSpec => ({
  name: `test.${role}`,
  space: '',
  role,
  widths,
  merged,
  copies: 1,
  heads: widths.every((width) => width === merged) ? 2 : null,
  group: '',
  label: '',
});

const nameOf = (kind: MatrixKind, { role, widths, merged }: MatrixSpec): string =>
  `${kind}, ${role}, ${widths.join(' + ')} to ${merged}`;

const equalSpecs = roles.flatMap((role) => [1, 2, 3, 4].map((n) => specOf(role, new Array<number>(n).fill(6), 6)));
const rectangularSpecs = roles.flatMap((role) =>
  [[5], [4, 7], [3, 6, 8], [2, 9, 4, 5]].flatMap((widths) => [3, 6, 10].map((merged) => specOf(role, widths, merged))),
);
const cases = [
  ...matrixKinds.flatMap((kind) => equalSpecs.map((spec) => ({ kind, spec }))),
  ...(['full', 'low-rank'] as const).flatMap((kind) => rectangularSpecs.map((spec) => ({ kind, spec }))),
].map(({ kind, spec }): [string, MatrixKind, MatrixSpec] => [nameOf(kind, spec), kind, spec]);

/** Random values for every learnable tensor. */
function noise(kind: MatrixKind, spec: MatrixSpec, seed = 1): Parts {
  const random = seededRandom(seed);
  const shapes = Object.entries(matrixForm(kind, spec).shapes(spec, rank));
  return Object.fromEntries(shapes.map(([part, shape]) => [part, normals(shape, 1, random)]));
}

const started = (kind: MatrixKind, spec: MatrixSpec, initialisation: ColdStart): Parts =>
  matrixForm(kind, spec).initial(spec, { initialisation, rank, random: seededRandom(2) });

/** Runs `compute` on the tensors of these parts; its result as rows. */
function onBackend(parts: Parts, compute: (tensors: Record<string, tf.Tensor>) => tf.Tensor2D): Rows {
  const tensors = toBackend(new Map(Object.entries(parts)));
  const result = tf.tidy(() => compute(Object.fromEntries(tensors)));
  const rows = rowsOf({ shape: result.shape, values: result.dataSync<'float32'>() });
  result.dispose();
  disposeAll(tensors);
  return rows;
}

const denseOf = (kind: MatrixKind, spec: MatrixSpec, parts: Parts): Rows =>
  onBackend(parts, (tensors) => matrixForm(kind, spec).dense(tensors, spec));

const tensor = (rows: Rows): tf.Tensor2D => tf.tensor2d(rows);

/** Rows and columns as M has them, `[Σ widths, merged]`; U has them the other way round. */
const oriented = ({ role }: MatrixSpec, asM: Rows): Rows => (role === 'M' ? asM : transpose(asM));

const diagonalBlocks = (spec: MatrixSpec, diag: Weight | undefined): Rows =>
  oriented(
    spec,
    make(totalWidth(spec), spec.merged, (row, column) =>
      row % spec.merged === column ? (diag?.values[row] ?? Number.NaN) : 0,
    ),
  );

/** Entry k, l of block h, g of source i of M is `mixᵢ[h, g] · Aᵢₕ[k, l]`; of block g, h of U it is `mixᵢ[g, h] · Aᵢg[k, l]`. */
function headBlocks(spec: MatrixSpec, { head, mix }: Parts): Rows {
  const [heads, size] = [2, spec.merged / 2];
  const entry = (source: number, own: number, other: number, k: number, l: number): number => {
    const share = mix?.values[(source * heads + own) * heads + other] ?? Number.NaN;
    return share * (head?.values[((source * heads + own) * size + k) * size + l] ?? Number.NaN);
  };
  const place = (unit: number) => [Math.floor(unit / size) % heads, unit % size] as const;
  const [rows, columns] = denseShape(spec);
  return make(rows, columns, (row, column) => {
    const source = Math.floor((spec.role === 'M' ? row : column) / spec.merged);
    const [[own, k], [other, l]] = [place(row), place(column)];
    return entry(source, own, other, k, l);
  });
}

/** The dense matrix by its documented value (docs/method.md "Kinds of M and U"), entry by entry. */
function documented(kind: MatrixKind, spec: MatrixSpec, parts: Parts): Rows {
  const product = () => times(rowsOf(parts.a), rowsOf(parts.b));
  switch (kind) {
    case 'full':
      return rowsOf(parts.full);
    case 'diagonal':
      return diagonalBlocks(spec, parts.diag);
    case 'low-rank':
      return product();
    case 'diagonal+low-rank':
      return sum([diagonalBlocks(spec, parts.diag), product()]);
    case 'attention-heads':
      return headBlocks(spec, parts);
    default:
      throw kind satisfies never;
  }
}

describe('every operation is one with the dense matrix', () => {
  it.each(cases)('%s', (_, kind, spec) => {
    const random = seededRandom(3);
    const form = matrixForm(kind, spec);
    const parts = noise(kind, spec);
    const dense = documented(kind, spec, parts);
    expect(relative(denseOf(kind, spec, parts), dense)).toBeLessThan(1e-6);
    if (spec.role === 'M') {
      const x = randomRows(5, totalWidth(spec), random);
      const v = randomRows(totalWidth(spec), 4, random);
      const merged = onBackend(parts, (m) => form.mergeFeatures(m, tensor(x), spec));
      expect(relative(merged, times(x, dense))).toBeLessThan(1e-6);
      const folded = onBackend(parts, (m) => form.mergeWeights(m, tensor(v), spec));
      expect(relative(folded, times(transpose(dense), v))).toBeLessThan(1e-6);
      return;
    }
    const x = randomRows(5, spec.merged, random);
    const guess = onBackend(parts, (u) => form.unmergeFeatures(u, tensor(x), spec));
    expect(relative(guess, times(x, dense))).toBeLessThan(1e-6);
    for (const [source, width] of spec.widths.entries()) {
      const start = bounds(spec)[source] ?? 0;
      const block = dense.map((row) => row.slice(start, start + width));
      const w = randomRows(4, width, random);
      const half = onBackend(parts, (u) => form.unmergeWeights(u, tensor(w), source, spec));
      expect(relative(half, times(w, transpose(block)))).toBeLessThan(1e-6);
    }
  });
});

it('only features laid out in heads are merged head by head', () => {
  const spec = { ...specOf('M', [6, 6], 6), heads: null };
  expect(Object.keys(matrixForm('attention-heads', spec).shapes(spec, rank))).toEqual(['diag', 'a', 'b']);
});

describe('starts', () => {
  /** `weightᵢ · I` side by side. */
  const identities = (spec: MatrixSpec, weights: readonly number[]): Rows =>
    diagonalBlocks(spec, {
      shape: [totalWidth(spec)],
      values: Float32Array.from(
        { length: totalWidth(spec) },
        (_, unit) => weights[Math.floor(unit / spec.merged)] ?? 0,
      ),
    });
  const startable = matrixKinds.filter((kind) => kind !== 'low-rank');

  it.each(startable)('%s: "first" is (I, 0, …), "average" (I … I)/n; U is (I … I)', (kind) => {
    for (const spec of equalSpecs) {
      const ones = spec.widths.map(() => 1);
      const first = spec.role === 'U' ? ones : ones.fill(0, 1);
      expect(denseOf(kind, spec, started(kind, spec, 'first'))).toEqual(identities(spec, first));
      const even = spec.widths.map(() => (spec.role === 'U' ? 1 : 1 / spec.widths.length));
      const average = denseOf(kind, spec, started(kind, spec, 'average'));
      expect(relative(average, identities(spec, even))).toBeLessThan(1e-7);
    }
  });

  it.each(matrixKinds)('%s: "random" leaves no block at 0', (kind) => {
    for (const spec of equalSpecs) {
      const dense = oriented(spec, denseOf(kind, spec, started(kind, spec, 'random')));
      for (const source of spec.widths.keys()) {
        expect(Math.hypot(...dense.slice(source * 6, source * 6 + 6).flat())).toBeGreaterThan(0.1);
      }
    }
  });

  it('a wider merged feature is filled up with zeros, a narrower one cut', () => {
    const wider = denseOf('full', specOf('U', [2, 3], 4), started('full', specOf('U', [2, 3], 4), 'first'));
    expect(wider).toEqual([
      [1, 0, 1, 0, 0],
      [0, 1, 0, 1, 0],
      [0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0],
    ]);
    const narrower = denseOf('full', specOf('M', [4, 2], 2), started('full', specOf('M', [4, 2], 2), 'average'));
    expect(narrower).toEqual([
      [0.5, 0],
      [0, 0.5],
      [0, 0],
      [0, 0],
      [0.5, 0],
      [0, 0.5],
    ]);
  });
});

/** A start in closed form: the fit, and what it is as a dense matrix. */
function fitted(kind: MatrixKind, spec: MatrixSpec, dense: Rows) {
  const { parameters, error } = matrixForm(kind, spec).fit(weightFrom(dense), spec, { rank, random: seededRandom(4) });
  const shapes = Object.fromEntries(Object.entries(parameters).map(([part, { shape }]) => [part, [...shape]]));
  expect(shapes).toEqual(matrixForm(kind, spec).shapes(spec, rank));
  return { parameters, error, rebuilt: denseOf(kind, spec, parameters) };
}

/** The weight with the entries that are not kept at 0. */
function masked({ shape, values }: Weight, kept: (row: number, column: number) => boolean): Weight {
  const [, columns = 1] = shape;
  return { shape, values: values.map((value, k) => (kept(Math.floor(k / columns), k % columns) ? value : 0)) };
}

/** A matrix of the kind, its low-rank part of rank `used`. Beside a diagonal it maps even units to odd ones: none to itself. */
function member(kind: MatrixKind, spec: MatrixSpec, used = rank): Rows {
  const { a, b, ...others } = noise(kind, spec, 5);
  if (!a || !b) return documented(kind, spec, others);
  const apart = kind === 'diagonal+low-rank';
  const left = masked(a, (row, part) => part < used && (!apart || row % 2 === 0));
  const right = masked(b, (_, column) => !apart || column % 2 === 1);
  return documented(kind, spec, { ...others, a: left, b: right });
}

describe('fit', () => {
  it.each(cases)('%s: gives back a matrix of the kind', (_, kind, spec) => {
    const dense = member(kind, spec);
    const { error, rebuilt } = fitted(kind, spec, dense);
    expect(error).toBeLessThan(1e-5);
    expect(relative(rebuilt, dense)).toBeLessThan(1e-5);
  });

  const outside = cases.filter(([, kind, spec]) => kind !== 'full' && Math.min(totalWidth(spec), spec.merged) > rank);

  it.each(outside)('%s: says how far it is from another matrix', (_, kind, spec) => {
    const random = seededRandom(6);
    const [rows, columns] = denseShape(spec);
    const dense = randomRows(rows, columns, random);
    const { parameters, error, rebuilt } = fitted(kind, spec, dense);
    expect(error).toBeGreaterThan(0.05);
    expect(error / relative(rebuilt, dense)).toBeCloseTo(1, 5);
    if (kind === 'diagonal+low-rank') return; // Found in turns, which may end beside the nearest.
    for (const [part, { shape, values }] of Object.entries(parameters)) {
      for (const scale of [0.01, 0.03, 0.1]) {
        const change = normals(shape, scale, random).values;
        const changed = { shape, values: values.map((value, index) => value + (change[index] ?? 0)) };
        const other = denseOf(kind, spec, { ...parameters, [part]: changed });
        expect(relative(other, dense)).toBeGreaterThan(error - 1e-6);
      }
    }
  });

  const ranks = [0, 1, 2].flatMap((used) =>
    (['low-rank', 'diagonal+low-rank'] as const).flatMap((kind) => roles.map((role) => ({ kind, role, used }))),
  );

  it.each(roles)('diagonal+low-rank, %s: finds both parts also where they overlap', (role) => {
    const spec = specOf(role, [12, 12], 12);
    const dense = documented('diagonal+low-rank', spec, noise('diagonal+low-rank', spec, 5));
    expect(relative(fitted('diagonal+low-rank', spec, dense).rebuilt, dense)).toBeLessThan(1e-4);
  });

  it.each(ranks)('$kind, $role of rank $used: what is not needed has A = 0, B ≠ 0, so that it can grow', (one) => {
    const spec = specOf(one.role, [6, 6], 6);
    const dense = member(one.kind, spec, one.used);
    const { parameters, error, rebuilt } = fitted(one.kind, spec, dense);
    expect(error).toBeLessThan(1e-5);
    expect(Math.hypot(...sum([rebuilt, scaled(dense, -1)]).flat())).toBeLessThan(1e-4);
    const sizes = transpose(rowsOf(parameters.a)).map((column) => Math.hypot(...column));
    expect(sizes.map((size) => size > 0.1)).toEqual([0, 1, 2].map((part) => part < one.used));
    expect(sizes.slice(one.used)).toEqual(new Array<number>(rank - one.used).fill(0));
    for (const row of rowsOf(parameters.b)) expect(Math.hypot(...row)).toBeGreaterThan(1e-3);
  });

  it.each(roles)('attention-heads, %s: a block of zeros leaves one of its two parts alive', (role) => {
    const spec = specOf(role, [6, 6], 6);
    const mix = { shape: [2, 2, 2], values: Float32Array.of(1, 2, 3, 4, 0, 0, 5, 6) };
    const dense = headBlocks(spec, { ...noise('attention-heads', spec), mix });
    const { parameters, error, rebuilt } = fitted('attention-heads', spec, dense);
    expect(error).toBeLessThan(1e-5);
    expect(relative(rebuilt, dense)).toBeLessThan(1e-5);
    const own = rowsOf({ shape: [4, 9], values: parameters.head?.values ?? new Float32Array() })[2] ?? [];
    expect(own).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(at(rowsOf({ shape: [4, 2], values: parameters.mix?.values ?? new Float32Array() }), 2, 0)).toBe(0);
  });
});
