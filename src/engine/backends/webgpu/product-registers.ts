/**
 * Matrix products without barriers: every invocation computes a tile of `rows` × 4 in registers and shares nothing. On a
 * processor that plays GPU a barrier costs more than all arithmetic, and every access is checked against the buffer's end, so
 * four numbers are moved at once wherever the sizes allow it.
 */
import type { ProductForm, ProductSource } from './product-source.ts';
import { each, findTile, nameOf, productSizes, reads } from './product-source.ts';

const four = 4;

export function registerProduct(form: ProductForm, rows: number): ProductSource {
  const tile = [rows, four] as const;
  return {
    name: nameOf(`registers${rows}`, form),
    reads: reads(form),
    writes: ['C'],
    sizes: productSizes,
    elements: form.fours ? { A: 'vec4f', B: 'vec4f', C: 'vec4f', bias: 'vec4f' } : {},
    workgroup: 64,
    tile,
    tileOf: 'invocation',
    body: `
      ${findTile(tile, 'index')}
      ${each(rows, (i) => `var sum${i} = vec4f();`)}
      ${form.fours ? sumsOfFours(form, rows) : sums(form, rows)}
      ${form.fours ? storeFours(form, rows) : store(form, rows)}`,
  };
}

/** One number of the inner axis after another. Rows and columns past the end read the last one again. */
const sums = ({ turnA, turnB }: ProductForm, rows: number): string => `
  ${each(rows, (i) => `var a${i} = atA + min(row + ${i}u, sizes.m - 1) ${turnA ? '' : '* sizes.k'};`)}
  ${each(four, (j) => `var b${j} = atB + min(column + ${j}u, sizes.n - 1) ${turnB ? '* sizes.k' : ''};`)}
  for (var p = 0u; p < sizes.k; p++) {
    let y = vec4f(${each(four, (j) => `B[b${j}]`, ', ')});
    ${each(rows, (i) => `sum${i} += A[a${i}] * y;`)}
    ${each(rows, (i) => `a${i} += ${turnA ? 'sizes.m' : '1u'};`, ' ')}
    ${each(four, (j) => `b${j} += ${turnB ? '1u' : 'sizes.n'};`, ' ')}
  }`;

/** Places and lengths count in fours here. */
function sumsOfFours(form: ProductForm, rows: number): string {
  const lengths = `
    let byK = sizes.k / 4; let byM = sizes.m / 4; let byN = sizes.n / 4;
    let fromA = atA / 4; let fromB = atB / 4;`;
  return lengths + (form.turnA ? outerProducts(form, rows) : innerProducts(form, rows));
}

/** A is `[m, k]`: four numbers of the inner axis at once. */
const innerProducts = ({ turnB }: ProductForm, rows: number): string => `
  ${each(rows, (i) => `let a${i} = fromA + min(row + ${i}u, sizes.m - 1) * byK;`)}
  ${turnB ? each(four, (j) => `let b${j} = fromB + (column + ${j}u) * byK;`) : 'var b = fromB + column / 4;'}
  for (var p = 0u; p < byK; p++) {
    ${each(four, (j) => (turnB ? `let y${j} = B[b${j} + p];` : `let y${j} = B[b]; b += byN;`))}
    ${each(rows, (i) => {
      const sum = turnB
        ? `vec4f(${each(four, (j) => `dot(x, y${j})`, ', ')})`
        : each(four, (j) => `x[${j}] * y${j}`, ' + ');
      return `{ let x = A[a${i} + p]; sum${i} += ${sum}; }`;
    })}
  }`;

/** A is `[k, m]`: one number of the inner axis, four rows at once. */
const outerProducts = ({ turnB }: ProductForm, rows: number): string => `
  ${each(rows / four, (i) => `let a${i} = fromA + min(row / 4 + ${i}u, byM - 1);`)}
  ${turnB ? each(four, (j) => `let b${j} = fromB + (column + ${j}u) * byK;`) : 'let b = fromB + column / 4;'}
  for (var p = 0u; p < sizes.k; p++) {
    let y = ${turnB ? `vec4f(${each(four, (j) => `B[b${j} + p / 4][p % 4]`, ', ')})` : 'B[b + p * byN]'};
    ${each(rows / four, (i) => `let x${i} = A[a${i} + p * byM];`)}
    ${each(rows, (i) => `sum${i} += x${Math.floor(i / four)}[${i % four}] * y;`)}
  }`;

const store = ({ bias }: ProductForm, rows: number): string => `
  for (var j = 0u; j < min(4u, sizes.n - column); j++) {
    ${bias ? 'let added = bias[column + j];' : ''}
    ${each(
      rows,
      (i) => `if (row + ${i}u < sizes.m) {
        C[atC + (row + ${i}u) * sizes.n + column + j] = sum${i}[j] ${bias ? '+ added' : ''};
      }`,
    )}
  }`;

const storeFours = ({ bias }: ProductForm, rows: number): string => `
  ${bias ? 'let added = bias[column / 4];' : ''}
  ${each(
    rows,
    (i) => `if (row + ${i}u < sizes.m) {
      C[(atC + (row + ${i}u) * sizes.n + column) / 4] = sum${i} ${bias ? '+ added' : ''};
    }`,
  )}`;
