/**
 * Multi-head attention on packed rows `[batch · tokens, 3 · width]`, nothing taken apart and put together again: an invocation
 * walks its query's or its key's row and finds every head's numbers where they lie. No barriers.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type * as tf from '@tensorflow/tfjs-core';
import type { AttentionShape } from '../../ops/attention.ts';
import type { Element } from './fours.ts';
import { elementOf, once, storedAs } from './fours.ts';
import { each } from './product-source.ts';
import type { Source } from './program.ts';
import { emptyTensor, groupsOf, release, run } from './program.ts';
import type { KernelCall } from './stock.ts';

const workgroup = 64;

/** `length`: a head's elements; `width`: all heads'. */
const sizes = ['count', 'tokens', 'heads', 'length', 'width'] as const;

const dotOf = ({ size }: Element, a: string, b: string): string => (size === 4 ? `dot(${a}, ${b})` : `${a} * ${b}`);

/** Of a token (query or key) of a head: `token`, `image`, `head`, its row of the probabilities, the head's place in a row. */
const findToken = `
  let token = index % sizes.tokens;
  let head = index / sizes.tokens % sizes.heads;
  let image = index / sizes.tokens / sizes.heads;
  let probabilityRow = index * sizes.tokens;
  let row = image * sizes.tokens + token;
  let packedRow = 3 * sizes.width;
  let at = head * sizes.length;
  let firstPacked = image * sizes.tokens * packedRow + at;
  let firstMixed = image * sizes.tokens * sizes.width + at;`;

const keysAtOnce = 4;
const elementsAtOnce = 4;

/** A sum over the tokens: `sums[i] += weight · from[place]` of element `d + i`, `stride` apart from token to token. */
interface MixedSum {
  name: string;
  /** WGSL of the weight of token `j`. */
  weight: string;
  from: string;
  first: string;
  stride: string;
  /** Where the elements go, and the first one's place. */
  into: string;
  place: string;
}

/** Several such sums, four elements of a head at a time, so that a weight is read once for four. */
const mixAll = (element: Element, sums: readonly MixedSum[]): string => {
  const forAll = (text: (sum: MixedSum, i: number) => string) =>
    sums.map((sum) => each(elementsAtOnce, (i) => text(sum, i))).join('\n');
  return `
  for (var d = 0u; d < sizes.length; d += ${elementsAtOnce}u) {
    ${each(elementsAtOnce, (i) => `let d${i} = min(d + ${i}u, sizes.length - 1);`)}
    ${forAll(({ name }, i) => `var ${name}${i} = ${element.type}();`)}
    for (var j = 0u; j < sizes.tokens; j++) {
      ${sums.map(({ name, weight, first, stride }) => `let ${name}_weight = ${weight}; let ${name}_row = ${first} + j * ${stride};`).join('\n')}
      ${forAll(({ name, from }, i) => `${name}${i} += ${name}_weight * ${from}[${name}_row + d${i}];`)}
    }
    ${forAll(({ name, into, place }, i) => `if (d + ${i}u < sizes.length) { ${into}[${place} + d + ${i}u] = ${name}${i}; }`)}
  }`;
};

/**
 * `into[j] = own · row_j` for every token j, four at a time: `from` holds their rows, `length` elements each, `stride` apart.
 */
const dotsWithAll = (element: Element, into: string, own: string, from: string, first: string, stride: string) => `
  for (var j = 0u; j < sizes.tokens; j += ${keysAtOnce}u) {
    ${each(keysAtOnce, (i) => `let start${i} = ${first} + min(j + ${i}u, sizes.tokens - 1) * ${stride}; var dot${i} = 0.0;`)}
    for (var d = 0u; d < sizes.length; d++) {
      let mine = ${own} ;
      ${each(keysAtOnce, (i) => `dot${i} += ${dotOf(element, 'mine', `${from}[start${i} + d]`)};`)}
    }
    ${each(keysAtOnce, (i) => `if (j + ${i}u < sizes.tokens) { ${into}[probabilityRow + j + ${i}u] = dot${i}; }`)}
  }`;

const forwardSource = once(
  (element): Source => ({
    name: `attention_${element.type}`,
    reads: ['packed'],
    writes: ['mixed', 'probabilities'],
    sizes,
    factors: ['scale'],
    elements: storedAs(element, 'packed', 'mixed'),
    workgroup,
    body: `
      if (index >= sizes.count) { return; }
      ${findToken}
      let own = row * packedRow + at;
      ${dotsWithAll(element, 'probabilities', 'packed[own + d]', 'packed', 'firstPacked + sizes.width', 'packedRow')}
      var largest = probabilities[probabilityRow];
      for (var j = 1u; j < sizes.tokens; j++) { largest = max(largest, probabilities[probabilityRow + j]); }
      var sum = 0.0;
      for (var j = 0u; j < sizes.tokens; j++) {
        let weight = exp((probabilities[probabilityRow + j] - largest) * sizes.scale);
        probabilities[probabilityRow + j] = weight;
        sum += weight;
      }
      let inverse = 1 / sum;
      for (var j = 0u; j < sizes.tokens; j++) { probabilities[probabilityRow + j] *= inverse; }
      ${mixAll(element, [
        {
          name: 'value',
          weight: 'probabilities[probabilityRow + j]',
          from: 'packed',
          first: 'firstPacked + 2 * sizes.width',
          stride: 'packedRow',
          into: 'mixed',
          place: 'row * sizes.width + at',
        },
      ])}`,
  }),
);

/** dS and dQ, a query for each invocation. */
const queriesSource = once(
  (element): Source => ({
    name: `attention_gradient_queries_${element.type}`,
    reads: ['dy', 'packed', 'probabilities'],
    writes: ['scores', 'gradient'],
    sizes,
    factors: ['scale'],
    elements: storedAs(element, 'dy', 'packed', 'gradient'),
    workgroup,
    body: `
      if (index >= sizes.count) { return; }
      ${findToken}
      let own = row * sizes.width + at;
      ${dotsWithAll(element, 'scores', 'dy[own + d]', 'packed', 'firstPacked + 2 * sizes.width', 'packedRow')}
      var mean = 0.0;
      for (var j = 0u; j < sizes.tokens; j++) { mean += probabilities[probabilityRow + j] * scores[probabilityRow + j]; }
      for (var j = 0u; j < sizes.tokens; j++) {
        let place = probabilityRow + j;
        scores[place] = probabilities[place] * (scores[place] - mean) * sizes.scale;
      }
      ${mixAll(element, [
        {
          name: 'query',
          weight: 'scores[probabilityRow + j]',
          from: 'packed',
          first: 'firstPacked + sizes.width',
          stride: 'packedRow',
          into: 'gradient',
          place: 'row * packedRow + at',
        },
      ])}`,
  }),
);

/** dK and dV, a key for each invocation. */
const keysSource = once(
  (element): Source => ({
    name: `attention_gradient_keys_${element.type}`,
    reads: ['dy', 'packed', 'probabilities', 'scores'],
    writes: ['gradient'],
    sizes,
    elements: storedAs(element, 'dy', 'packed', 'gradient'),
    workgroup,
    body: `
      if (index >= sizes.count) { return; }
      ${findToken}
      let column = (index - token) * sizes.tokens + token;
      ${mixAll(element, [
        {
          name: 'key',
          weight: 'scores[column + j * sizes.tokens]',
          from: 'packed',
          first: 'firstPacked',
          stride: 'packedRow',
          into: 'gradient',
          place: 'row * packedRow + sizes.width + at',
        },
        {
          name: 'value',
          weight: 'probabilities[column + j * sizes.tokens]',
          from: 'dy',
          first: 'firstMixed',
          stride: 'sizes.width',
          into: 'gradient',
          place: 'row * packedRow + 2 * sizes.width + at',
        },
      ])}`,
  }),
);

function layout(shape: AttentionShape, packed: tf.TensorInfo) {
  const { batch, tokens, heads } = shape;
  const width = (packed.shape[1] ?? 0) / 3;
  const size = width / heads;
  const element = elementOf(size);
  const count = batch * heads * tokens;
  const own = { count, tokens, heads, length: size / element.size, width: width / element.size };
  return { element, width, count, sizes: { ...own, scale: 1 / Math.sqrt(size) } };
}

/** Kernel `Attention`: the value, and the probabilities `[batch · heads, tokens, tokens]`. */
export function attention({ inputs, attrs, backend: own }: KernelCall): tf.TensorInfo[] {
  const backend = own as WebGPUBackend;
  const packed = inputs.packed as tf.TensorInfo;
  const shape = attrs as AttentionShape;
  const { element, width, count, sizes: values } = layout(shape, packed);
  const mixed = emptyTensor(backend, [shape.batch * shape.tokens, width]);
  const probabilities = emptyTensor(backend, [shape.batch * shape.heads, shape.tokens, shape.tokens]);
  run(backend, forwardSource(element, ''), {
    reads: [packed],
    writes: [mixed, probabilities],
    sizes: values,
    groups: groupsOf(count, workgroup),
  });
  return [mixed, probabilities];
}

/** Kernel `AttentionGradient`: of the packed rows. */
export function attentionGradient({ inputs, attrs, backend: own }: KernelCall): tf.TensorInfo[] {
  const backend = own as WebGPUBackend;
  const { dy, packed, probabilities } = inputs as unknown as Record<'dy' | 'packed' | 'probabilities', tf.TensorInfo>;
  const { element, count, sizes: values } = layout(attrs as AttentionShape, packed);
  const scores = emptyTensor(backend, probabilities.shape);
  const gradient = emptyTensor(backend, packed.shape);
  const groups = groupsOf(count, workgroup);
  run(backend, queriesSource(element, ''), {
    reads: [dy, packed, probabilities],
    writes: [scores, gradient],
    sizes: values,
    groups,
  });
  run(backend, keysSource(element, ''), {
    reads: [dy, packed, probabilities, scores],
    writes: [gradient],
    sizes: values,
    groups,
  });
  release(backend, scores);
  return [gradient];
}
