import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../random.ts';
import { normals } from '../../supernet/matrix-kind.ts';
import type { Assembly } from './exports.ts';
import type { Call } from './testing.ts';
import { allowRelaxed, Bench, builds } from './testing.ts';

const random = seededRandom(17);
const values = (count: number) => normals([count], 1, random).values;
const empty = (...counts: number[]) => counts.map((count) => new Float32Array(count).fill(Number.NaN));
/** More than any call here wants. */
const scratch = 600_000;

const sizes = [
  [1, 1, 1],
  [2, 3, 5],
  [6, 8, 4],
  [7, 5, 9],
  [13, 17, 16],
  [5, 9, 300],
  [3, 530, 3],
  [101, 7, 11],
] as const;

/** What a product is added to. */
const starts = ['nothing', 'a bias', 'what is there'] as const;

const products = sizes.flatMap(([m, n, k]) =>
  [false, true].flatMap((turnedA) =>
    [false, true].flatMap((turnedB) => starts.map((start) => product(m, n, k, turnedA, turnedB, start))),
  ),
);

function product(m: number, n: number, k: number, turnedA: boolean, turnedB: boolean, start: (typeof starts)[number]) {
  const [a, b, bias, before] = [values(m * k), values(k * n), values(n), values(m * n)];
  const left = (row: number, i: number) => a[turnedA ? i * m + row : row * k + i] ?? Number.NaN;
  const right = (i: number, column: number) => b[turnedB ? column * k + i : i * n + column] ?? Number.NaN;
  const expected = Array.from({ length: m * n }, (_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    let sum = { nothing: 0, 'a bias': bias[column] ?? Number.NaN, 'what is there': before[at] ?? Number.NaN }[start];
    for (let i = 0; i < k; i++) sum += left(row, i) * right(i, column);
    return sum;
  });
  const call: Call = {
    inputs: [a, b, bias],
    outputs: start === 'what is there' ? [before] : empty(m * n),
    scratch,
    run(assembly, [fromA = 0, fromB = 0, fromBias = 0], [out = 0], room) {
      const onto = { nothing: 0, 'a bias': fromBias, 'what is there': out }[start];
      const [lda, ldb] = [4 * (turnedA ? m : k), 4 * (turnedB ? k : n)];
      assembly.matMul(m, n, k, fromA, lda, turnedA, fromB, ldb, turnedB, out, 4 * n, onto, room);
    },
  };
  const title = `product ${m}×${k}×${n}, turned ${turnedA} and ${turnedB}, onto ${start}`;
  return { title, call, expected, tolerance: 2e-6 + 2e-7 * k };
}

const shapes = [
  [1, 1, 1, 1],
  [2, 5, 3, 3],
  [1, 17, 2, 7],
] as const;

const attentions = shapes.flatMap(([batch, tokens, heads, size]): { title: string; call: Call }[] => {
  const [rows, width, weights] = [batch * tokens, heads * size, batch * heads * tokens * tokens];
  return [
    {
      title: `attention ${batch} × ${tokens}, ${heads} heads of ${size}`,
      call: {
        inputs: [values(rows * 3 * width)],
        outputs: empty(rows * width, weights),
        scratch,
        run: (assembly, [packed = 0], [out = 0, probabilities = 0], room) =>
          assembly.attention(packed, out, probabilities, batch, tokens, heads, size, room),
      },
    },
    {
      title: `gradient of attention ${batch} × ${tokens}, ${heads} heads of ${size}`,
      call: {
        inputs: [values(rows * width), values(rows * 3 * width), values(weights)],
        outputs: empty(rows * 3 * width),
        scratch,
        run: (assembly, [dy = 0, packed = 0, probabilities = 0], [gradient = 0], room) =>
          assembly.attentionGradient(dy, packed, probabilities, gradient, batch, tokens, heads, size, room),
      },
    },
  ];
});

const norms = [1, 2, 7, 8, 19].flatMap((width): { title: string; call: Call }[] => [
  {
    title: `layer norm of ${width}`,
    call: {
      inputs: [values(3 * width), values(width), values(width)],
      outputs: empty(3 * width, 6),
      scratch: 0,
      run: (assembly, [x = 0, gain = 0, bias = 0], [out = 0, moments = 0]) =>
        assembly.layerNorm(x, gain, bias, out, moments, 3, width, 1e-6),
    },
  },
  {
    title: `gradient of layer norm of ${width}`,
    call: {
      inputs: [values(3 * width), values(3 * width), values(width), values(6)],
      outputs: empty(3 * width, width, width),
      scratch: 0,
      run: (assembly, [dy = 0, x = 0, gain = 0, moments = 0], [dx = 0, toGain = 0, toBias = 0]) =>
        assembly.layerNormGradient(dy, x, gain, moments, dx, toGain, toBias, 3, width),
    },
  },
]);

const vectors = [1, 2, 3, 4, 5, 17, 31].flatMap((count): { title: string; call: Call }[] => [
  ...(['gelu', 'geluTanh', 'quickGelu'] as const).map((name) => ({
    title: `${name} of ${count}`,
    call: {
      inputs: [values(count)],
      outputs: empty(count, count),
      scratch: 0,
      run: (assembly: Assembly, [x = 0]: number[], [value = 0, derivative = 0]: number[]) =>
        assembly[name](x, value, derivative, count),
    },
  })),
  ...(['add', 'subtract', 'multiply'] as const).flatMap((name) =>
    [
      [1, 1],
      [0, 1],
      [1, 0],
    ].map(([left = 0, right = 0]) => ({
      title: `${name} of 3 rows of ${count}, steps ${left} and ${right}`,
      call: {
        inputs: [values(left ? 3 * count : 3), values(right ? count : 1)],
        outputs: empty(3 * count),
        scratch: 0,
        run: (assembly: Assembly, [a = 0, b = 0]: number[], [out = 0]: number[]) =>
          assembly[name](a, left ? count : 1, left, b, 0, right, out, 3, count),
      },
    })),
  ),
  ...[1, count].map((inner) => ({
    title: `sums of 2 × ${count} × ${inner}`,
    call: {
      inputs: [values(2 * count * inner)],
      outputs: empty(2 * inner),
      scratch: 0,
      run: (assembly: Assembly, [x = 0]: number[], [out = 0]: number[]) => assembly.sums(x, out, 2, count, inner),
    },
  })),
  {
    title: `scaled sum of 2 × 3 × ${count}`,
    call: {
      inputs: [values(6 * count), values(6)],
      outputs: empty(3 * count),
      scratch: 0,
      run: (assembly, [x = 0, scale = 0], [out = 0]) => assembly.scaledSum(x, scale, out, 2, 3, count),
    },
  },
  {
    title: `row products of 3 × ${count}`,
    call: {
      inputs: [values(3 * count), values(3 * count)],
      outputs: empty(3),
      scratch: 0,
      run: (assembly, [x = 0, y = 0], [out = 0]) => assembly.rowDots(x, y, out, 3, count),
    },
  },
  ...[false, true].map((onto) => ({
    title: `column products of 3 × ${count}, onto what is there: ${onto}`,
    call: {
      inputs: [values(3 * count), values(3 * count)],
      outputs: onto ? [values(count)] : empty(count),
      scratch: 0,
      run: (assembly: Assembly, [x = 0, y = 0]: number[], [out = 0]: number[]) =>
        assembly.columnDots(x, y, out, 3, count, onto),
    },
  })),
  {
    title: `copies of ${count}`,
    call: {
      inputs: [values(3 * count)],
      outputs: empty(3 * count),
      scratch: 0,
      run: (assembly, [from = 0], [to = 0]) => assembly.copyRuns(from, 4 * count, to, 4 * count, 3, 4 * count),
    },
  },
  {
    title: `AdamW of ${count}`,
    call: {
      inputs: [values(count)],
      outputs: [values(count), values(count), values(count).map(Math.abs)],
      scratch: 0,
      run: (assembly, [gradient = 0], [value = 0, mean = 0, variance = 0]) =>
        assembly.adamW(value, mean, variance, gradient, count, 0.9, 0.1, 0.999, 0.001, 1e-8, 0.99, 0.02, 3),
    },
  },
]);

const calls = [...products, ...attentions, ...norms, ...vectors];

beforeAll(allowRelaxed);

describe.each(builds)('the kernels of build %s', (build) => {
  it.each(calls)('$title: the same bits wherever the tensors lie, nothing else touched', async ({ call }) => {
    const bench = await Bench.of(build);
    const expected = bench.run(call, -1);
    for (const output of expected) expect([...output].every(Number.isFinite)).toBe(true);
    const operands = call.inputs.length + call.outputs.length + (call.scratch > 0 ? 1 : 0);
    for (let last = 0; last < operands; last++) expect(bench.run(call, last)).toEqual(expected);
  });

  it.each(products)('$title: the numbers of plain loops', async ({ call, expected, tolerance }) => {
    const [ours] = (await Bench.of(build)).run(call, -1);
    const most = Math.max(...expected.map((value, at) => Math.abs(value - (ours?.[at] ?? Number.NaN))));
    expect(most).toBeLessThan(tolerance);
  });

  it('wants no more scratch than it says', async () => {
    const { assembly } = await Bench.of(build);
    expect(assembly.matMulScratch()).toBeLessThan(scratch);
    expect(assembly.attentionScratch(17)).toBe(assembly.matMulScratch() + 17 * 17 * 4);
  });
});
