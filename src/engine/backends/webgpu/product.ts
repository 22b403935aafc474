/** Matrix products, alone and in a linear layer, in variants. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { sumColumns } from './column-sums.ts';
import { registerProduct } from './product-registers.ts';
import type { ProductForm, ProductSource } from './product-source.ts';
import { subgroupProduct, workgroupProduct } from './product-tiles.ts';
import { emptyTensor, groupsOf, release, run } from './program.ts';
import type { KernelCall } from './stock.ts';
import { stockKernel } from './stock.ts';
import type { Variant } from './variants.ts';
import { chosen, needs, onEveryDevice } from './variants.ts';

export interface Product {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
  turnA: boolean;
  turnB: boolean;
  /** `[n]`, added to every row; only where there are no batches. */
  bias?: tf.TensorInfo | undefined;
}

interface Shape {
  m: number;
  n: number;
  k: number;
  /** Batch axes of the result. */
  outer: number[];
  /** Batches of each operand, and of the result. */
  batchA: number;
  batchB: number;
  batches: number;
}

export interface ProductVariant extends Variant {
  multiply(backend: WebGPUBackend, product: Product, shape: Shape): tf.TensorInfo;
}

const sources = new Map<string, ProductSource>();

/** A variant that is one program. */
function fromSource(
  name: string,
  make: (form: ProductForm) => ProductSource,
  limits: Partial<Variant>,
): ProductVariant {
  return {
    name,
    lacks: onEveryDevice,
    ...limits,
    multiply(backend, product, shape) {
      const form = formOf(product, shape);
      const key = `${name} ${Object.values(form)}`;
      const source = sources.get(key) ?? make(form);
      sources.set(key, source);
      return multiply(backend, source, product, shape);
    },
  };
}

function formOf({ turnA, turnB, bias }: Product, { m, n, k }: Shape): ProductForm {
  const lengths = [n, turnA ? m : k, turnB ? k : n];
  return { turnA, turnB, bias: bias !== undefined, fours: lengths.every((length) => length % 4 === 0) };
}

function multiply(backend: WebGPUBackend, source: ProductSource, product: Product, shape: Shape): tf.TensorInfo {
  const { a, b, bias } = product;
  const { m, n, k, batchA, batchB, batches } = shape;
  const result = emptyTensor(backend, [...shape.outer, m, n]);
  const [tilesM, tilesN] = [groupsOf(m, source.tile[0]), groupsOf(n, source.tile[1])];
  const tiles = batches * tilesM * tilesN;
  run(backend, source, {
    reads: bias ? [a, b, bias] : [a, b],
    writes: [result],
    sizes: { m, n, k, batchA, batchB, tilesM, tilesN, tiles },
    groups: source.tileOf === 'workgroup' ? tiles : groupsOf(tiles, source.workgroup),
  });
  return result;
}

const registers = (rows: number) => (form: ProductForm) => registerProduct(form, rows);

const registers8 = fromSource('registers8', registers(8), {});

/**
 * A sum over many rows into few numbers keeps few invocations busy: parts of the sum are computed as if they were batches, and
 * then added. For A that is turned and B that is not, whose parts lie together in memory.
 */
const parts: ProductVariant = {
  name: 'parts',
  lacks: onEveryDevice,
  multiply(backend, product, shape) {
    const { m, n, k, batches } = shape;
    const count = product.turnA && !product.turnB && batches === 1 && !product.bias ? partsOf(k) : 1;
    if (count === 1) return registers8.multiply(backend, product, shape);
    const part = { ...shape, k: k / count, outer: [count], batchA: count, batchB: count, batches: count };
    const partial = registers8.multiply(backend, product, part);
    const { dataId } = sumColumns(backend, { ...partial, shape: [count, m * n] });
    release(backend, partial);
    return { dataId, shape: [...shape.outer, m, n], dtype: 'float32' };
  },
};

/** The most equal parts, 32 at most, of 32 numbers each or more. */
function partsOf(length: number): number {
  for (let count = 32; count > 1; count--) if (length % count === 0 && length / count >= 32) return count;
  return 1;
}

/** tfjs' own kernels. */
const stock: ProductVariant = {
  name: 'stock',
  lacks: onEveryDevice,
  multiply(backend, { a, b, turnA, turnB, bias }) {
    const attrs = { transposeA: turnA, transposeB: turnB, activation: 'linear' };
    const inputs = bias ? { a, b, bias } : { a, b };
    return stockKernel(bias ? '_FusedMatMul' : 'BatchMatMul')({ inputs, backend, attrs }) as tf.TensorInfo;
  },
};

/** The first is for devices that have made no choice. */
export const productVariants: readonly ProductVariant[] = [
  registers8,
  fromSource('registers4', registers(4), {}),
  fromSource('workgroup32', (form) => workgroupProduct(form, 32, 'f32'), {}),
  fromSource('workgroup64', (form) => workgroupProduct(form, 64, 'f32'), {}),
  fromSource('subgroups', subgroupProduct, { lacks: needs('subgroups') }),
  parts,
  stock,
  fromSource('workgroup64-half', (form) => workgroupProduct(form, 64, 'f16'), {
    lacks: needs('shader-f16'),
    half: true,
  }),
];

/** Products of the forward pass, of the gradient of an input and of the gradient of a weight are chosen on their own. */
export const productOperation = (turnA: boolean, turnB: boolean): string =>
  turnA ? 'productTurnedA' : turnB ? 'productTurnedB' : 'product';

function shapeOf({ a, b, turnA, turnB }: Product): Shape {
  const [rowsA = 1, columnsA = 1] = a.shape.slice(-2);
  const [rowsB = 1, columnsB = 1] = b.shape.slice(-2);
  const [m, k, n] = [turnA ? columnsA : rowsA, turnA ? rowsA : columnsA, turnB ? rowsB : columnsB];
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const [batches, batchA, batchB] = [outer, outerA, outerB].map(tf.util.sizeFromShape) as [number, number, number];
  return { m, n, k, outer, batches, batchA, batchB };
}

/** `A B`, `[…, m, k] · […, k, n] → […, m, n]`; either operand may be turned. */
export function product(backend: WebGPUBackend, of: Product, variant?: ProductVariant): tf.TensorInfo {
  const [a, b] = broadcast(backend, of.a, of.b);
  const complete = { ...of, a, b };
  const use = variant ?? chosen(backend, productOperation(of.turnA, of.turnB), productVariants);
  const result = use.multiply(backend, complete, shapeOf(complete));
  for (const [own, given] of [
    [a, of.a],
    [b, of.b],
  ] as const) {
    if (own !== given) release(backend, own);
  }
  return result;
}

/** Operands whose batches simply start anew when they are used up; others (`[2, 1]` with `[3]`) are repeated first. */
function broadcast(backend: WebGPUBackend, a: tf.TensorInfo, b: tf.TensorInfo): [tf.TensorInfo, tf.TensorInfo] {
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [a, b].map((x) => {
    const own = x.shape.slice(0, -2);
    const axes = own.slice(own.findIndex((length) => length > 1));
    const startsAnew = tf.util.sizeFromShape(own) === 1 || axes.join() === outer.slice(-axes.length).join();
    return startsAnew ? x : repeated(backend, x, outer);
  }) as [tf.TensorInfo, tf.TensorInfo];
}

function repeated(backend: WebGPUBackend, x: tf.TensorInfo, outer: readonly number[]): tf.TensorInfo {
  const own = x.shape.slice(0, -2);
  const filled = outer.map((_, axis) => own[axis - outer.length + own.length] ?? 1);
  const reps = [...outer.map((length, axis) => length / (filled[axis] ?? 1)), 1, 1];
  const inputs = { x: { ...x, shape: [...filled, ...x.shape.slice(-2)] } };
  return stockKernel('Tile')({ inputs, backend, attrs: { reps } }) as tf.TensorInfo;
}

/** Kernel `BatchMatMul`. */
export function batchMatMul(call: KernelCall): tf.TensorInfo {
  const { a, b } = call.inputs as unknown as { a: tf.TensorInfo; b: tf.TensorInfo };
  const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
  const empty = [a, b].some(({ shape }) => shape.includes(0));
  if (empty) return stockKernel('BatchMatMul')(call) as tf.TensorInfo;
  return product(call.backend as WebGPUBackend, { a, b, turnA: transposeA, turnB: transposeB });
}

/** Kernel `Linear`. */
export function linear({ inputs, backend }: KernelCall): tf.TensorInfo {
  const { x, weight, bias } = inputs as unknown as Record<'x' | 'weight' | 'bias', tf.TensorInfo>;
  return product(backend as WebGPUBackend, { a: x, b: weight, turnA: false, turnB: true, bias });
}
