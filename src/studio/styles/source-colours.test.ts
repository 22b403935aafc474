import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const css = await readFile(new URL('./tokens.css', import.meta.url), 'utf8');

type Rgb = [number, number, number];

/** The first eight source colours of a theme, linear RGB from 0 to 1. */
function coloursOf(theme: 'light' | 'dark'): Rgb[] {
  return Array.from({ length: 8 }, (_, index) => {
    const [, light, dark] = css.match(new RegExp(`--source-${index}: light-dark\\((#\\w{6}), (#\\w{6})\\)`)) ?? [];
    const hex = (theme === 'light' ? light : dark) ?? '';
    return [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as Rgb;
  });
}

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** How people without one kind of cone see linear RGB: Machado, Oliveira and Fernandes 2009, severity 1. */
const seenBy: Record<string, Rgb[]> = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopes: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopes: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopes: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const times = (matrix: Rgb[], [x, y, z]: Rgb): Rgb => matrix.map(([a, b, c]) => a * x + b * y + c * z) as Rgb;

/** OKLab of linear RGB (Ottosson 2020); distances are about as large as they look, 1 from black to white. */
function okLab(rgb: Rgb): Rgb {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((value) => Math.min(1, Math.max(0, value))) as Rgb,
  ).map(Math.cbrt) as Rgb;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  );
}

const distance = (a: Rgb, b: Rgb): number => Math.hypot(...a.map((value, axis) => value - (b[axis] ?? 0)));

describe('the first eight source colours', () => {
  for (const theme of ['light', 'dark'] as const)
    for (const [people, matrix] of Object.entries(seenBy))
      it(`stay apart for ${people}, ${theme}`, () => {
        const seen = coloursOf(theme).map((colour) => okLab(times(matrix, colour)));
        const apart = seen.flatMap((one, index) => seen.slice(index + 1).map((other) => distance(one, other)));
        expect(apart).toHaveLength(28);
        // Two greys that differ by a tenth of the way from black to white are told apart at a glance.
        expect(Math.min(...apart)).toBeGreaterThan(0.1);
      });
});
