/** How near exp, erf and what is made of them come to their exact values. */
import { beforeAll, describe, expect, it } from 'vitest';
import { allowRelaxed, Bench, builds } from './testing.ts';

/** Φ(x): erf's series near zero, the continued fraction of erfc in the tails. */
function normalArea(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const tail = z < 3 ? 0.5 - series(z) / Math.sqrt(Math.PI) : (Math.exp(-z * z) / Math.sqrt(Math.PI) / 2) * fraction(z);
  return x > 0 ? 1 - tail : tail;
}

/** ½ √π erf(z) */
function series(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; n < 100; n++) {
    term *= (-z * z) / n;
    sum += term / (2 * n + 1);
  }
  return sum;
}

/** √π e^(z²) erfc(z) */
function fraction(z: number): number {
  let value = z;
  for (let n = 60; n > 0; n--) value = z + n / 2 / value;
  return 1 / value;
}

const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const inner = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

const forms = {
  gelu: (x: number) => [x * normalArea(x), normalArea(x) + x * density(x)],
  geluTanh(x: number) {
    const s = sigmoid(inner(x));
    return [x * s, s + x * s * (1 - s) * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x)];
  },
  quickGelu(x: number) {
    const s = sigmoid(1.702 * x);
    return [x * s, s + 1.702 * x * s * (1 - s)];
  },
} as const;

/** Tails that are no more than the smallest floats count as zero. */
const rounded = (x: number) => (Math.abs(x) < 1e-30 ? 0 : x);

const points = Float32Array.from({ length: 48_001 }, (_, index) => (index - 24_000) / 2000);

beforeAll(allowRelaxed);

describe.each(builds)('build %s', (build) => {
  it.each(['gelu', 'geluTanh', 'quickGelu'] as const)('%s and its derivative from −12 to 12', async (name) => {
    const bench = await Bench.of(build);
    const [value, derivative] = bench.run(
      {
        inputs: [points],
        outputs: [new Float32Array(points.length), new Float32Array(points.length)],
        scratch: 0,
        run: (assembly, [x = 0], [to = 0, slope = 0]) => assembly[name](x, to, slope, points.length),
      },
      -1,
    ) as [Float32Array, Float32Array];
    let [most, mostSlope] = [0, 0];
    for (const [index, x] of points.entries()) {
      const [exact = 0, slope = 0] = forms[name](x);
      most = Math.max(most, Math.abs((value[index] ?? Number.NaN) - exact) / Math.max(1, Math.abs(x)));
      mostSlope = Math.max(mostSlope, Math.abs((derivative[index] ?? Number.NaN) - slope));
    }
    expect(most).toBeLessThan(2e-7);
    expect(mostSlope).toBeLessThan(4e-7);
  });

  it('exp, by the softmax of two scores, relative from e⁰ to e⁻⁸⁶', async () => {
    const bench = await Bench.of(build);
    for (let difference = 0; difference < 86; difference += 0.37) {
      const score = Math.fround(difference);
      // Tokens of width 1: query 1, keys 0 and the score.
      const packed = Float32Array.of(1, 0, 0, 1, score, 0);
      const [, probabilities] = bench.run(
        {
          inputs: [packed],
          outputs: [new Float32Array(2), new Float32Array(4)],
          scratch: 600_000,
          run: (assembly, [from = 0], [out = 0, weights = 0], room) =>
            assembly.attention(from, out, weights, 1, 2, 1, 1, room),
        },
        -1,
      );
      const exact = 1 / (1 + Math.exp(score));
      expect(Math.abs((probabilities?.[0] ?? Number.NaN) / exact - 1)).toBeLessThan(3e-7);
    }
  });

  it('what is not a number stays so, and what is too large is held', async () => {
    const bench = await Bench.of(build);
    const [value, derivative] = bench.run(
      {
        inputs: [Float32Array.of(Number.NaN, 1e4, -1e4, 0)],
        outputs: [new Float32Array(4), new Float32Array(4)],
        scratch: 0,
        run: (assembly, [x = 0], [to = 0, slope = 0]) => assembly.gelu(x, to, slope, 4),
      },
      -1,
    );
    expect([...(value ?? [])].map(rounded)).toEqual([Number.NaN, 1e4, 0, 0]);
    expect([...(derivative ?? [])].map(rounded)).toEqual([Number.NaN, 1, 0, 0.5]);
  });
});
