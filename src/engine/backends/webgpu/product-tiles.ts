/**
 * Matrix products for hardware GPUs: a workgroup computes a square tile of the result and loads every number of its operands
 * once, into workgroup memory; or a subgroup does, and its lanes pass the numbers to each other.
 */
import type { ProductForm, ProductSource } from './product-source.ts';
import { each, findTile, nameOf, productSizes, reads } from './product-source.ts';

/** Inner length that is in workgroup memory at a time. */
const depth = 16;
const four = 4;

/** `side` × `side` numbers of the result a workgroup, 4 × 4 an invocation; what is shared may be kept in half precision. */
export function workgroupProduct(form: ProductForm, side: number, element: 'f32' | 'f16'): ProductSource {
  const across = side / four;
  const workgroup = across * across;
  const tile = [side, side] as const;
  return {
    name: nameOf(`workgroup${side}_${element}`, form),
    reads: reads(form),
    writes: ['C'],
    sizes: productSizes,
    features: element === 'f16' ? ['f16'] : [],
    workgroup,
    tile,
    tileOf: 'workgroup',
    // One column more than needed, so that neighbours lie in different banks.
    declarations: `
      var<workgroup> partA : array<array<${element}, ${side + 1}>, ${depth}>;
      var<workgroup> partB : array<array<${element}, ${side + 1}>, ${depth}>;`,
    body: `
      ${findTile(tile, 'group.y * groups.x + group.x')}
      let across = local % ${across}u;
      let down = local / ${across}u;
      ${each(four, (i) => `var sum${i} = vec4f();`)}
      for (var done = 0u; done < sizes.k; done += ${depth}u) {
        for (var e = local; e < ${side * depth}u; e += ${workgroup}u) {
          ${load('partA', element, form.turnA, side, 'row', 'm', 'A', 'atA')}
          ${load('partB', element, !form.turnB, side, 'column', 'n', 'B', 'atB')}
        }
        workgroupBarrier();
        for (var p = 0u; p < ${depth}u; p++) {
          let y = vec4f(${each(four, (j) => `f32(partB[p][across + ${j * across}u])`, ', ')});
          ${each(four, (i) => `sum${i} += f32(partA[p][down + ${i * across}u]) * y;`)}
        }
        workgroupBarrier();
      }
      for (var j = 0u; j < 4u; j++) {
        let to = column + across + j * ${across}u;
        if (to < sizes.n) {
          ${form.bias ? 'let added = bias[to];' : ''}
          ${each(
            four,
            (i) => `if (row + down + ${i * across}u < sizes.m) {
              C[atC + (row + down + ${i * across}u) * sizes.n + to] = sum${i}[j] ${form.bias ? '+ added' : ''};
            }`,
          )}
        }
      }`,
  };
}

/** Number `e` of a part, `depth` × `side`: neighbours in memory are loaded by neighbours; zero past the end. */
function load(
  part: string,
  element: string,
  innerFirst: boolean,
  side: number,
  start: string,
  length: string,
  from: string,
  offset: string,
): string {
  const [p, i] = innerFirst ? [`e / ${side}u`, `e % ${side}u`] : [`e % ${depth}u`, `e / ${depth}u`];
  const place = innerFirst ? `at * sizes.${length} + other` : 'other * sizes.k + at';
  return `{
    let p = ${p}; let i = ${i};
    let at = done + p; let other = ${start} + i;
    var value = 0.0;
    if (at < sizes.k && other < sizes.${length}) { value = ${from}[${offset} + ${place}]; }
    ${part}[p][i] = ${element}(value);
  }`;
}

/** Lanes of a workgroup, at most one subgroup's worth on most hardware: they share four rows, and have two columns each. */
const lanes = 32;

/** Each lane loads another number of the inner axis for four rows, and hears the others' from them. */
export function subgroupProduct(form: ProductForm): ProductSource {
  const tile = [four, 2 * lanes] as const;
  const placeA = form.turnA ? 'at * sizes.m + r' : 'r * sizes.k + at';
  const placeB = (column: string) => (form.turnB ? `${column} * sizes.k + at` : `at * sizes.n + ${column}`);
  return {
    name: nameOf('subgroups', form),
    reads: reads(form),
    writes: ['C'],
    sizes: productSizes,
    features: ['subgroups'],
    workgroup: lanes,
    tile,
    tileOf: 'workgroup',
    body: `
      ${findTile(tile, 'group.y * groups.x + group.x')}
      let first = column + local;
      let second = first + ${lanes}u;
      let c0 = min(first, sizes.n - 1); let c1 = min(second, sizes.n - 1);
      let together = min(lanes, ${lanes}u);
      ${each(four, (i) => `var sum${i} = vec2f();`)}
      for (var done = 0u; done < sizes.k; done += together) {
        var own = vec4f();
        if (done + lane < sizes.k) {
          let at = done + lane;
          ${each(four, (i) => `{ let r = min(row + ${i}u, sizes.m - 1); own[${i}] = A[atA + ${placeA}]; }`)}
        }
        for (var p = 0u; p < together; p++) {
          let x = subgroupShuffle(own, p);
          let at = min(done + p, sizes.k - 1);
          let y = vec2f(B[atB + ${placeB('c0')}], B[atB + ${placeB('c1')}]);
          ${each(four, (i) => `sum${i} += x[${i}] * y;`)}
        }
      }
      for (var j = 0u; j < 2u; j++) {
        let to = select(first, second, j == 1u);
        if (to < sizes.n) {
          ${form.bias ? 'let added = bias[to];' : ''}
          ${each(
            four,
            (i) => `if (row + ${i}u < sizes.m) {
              C[atC + (row + ${i}u) * sizes.n + to] = sum${i}[j] ${form.bias ? '+ added' : ''};
            }`,
          )}
        }
      }`,
  };
}
