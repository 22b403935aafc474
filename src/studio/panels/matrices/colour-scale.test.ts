import { describe, expect, it } from 'vitest';
import { colourTable, largestSize, paintPixels } from './colour-scale.ts';

const pixel = (pixels: Uint8ClampedArray, index: number) => [...pixels.subarray(index * 4, index * 4 + 4)];

describe.each([false, true])('the colours of matrices, dark: %s', (dark) => {
  const table = colourTable(dark);
  const ends = new Uint8ClampedArray(table.buffer);
  const zero = pixel(ends, 255);

  it('put 0 in the middle and the largest size at both ends', () => {
    const values = new Float32Array([-2, 0, 2, 1]);
    const pixels = paintPixels(values, largestSize(values), table);
    expect(pixel(pixels, 0)).toEqual(pixel(ends, 0));
    expect(pixel(pixels, 1)).toEqual(zero);
    expect(pixel(pixels, 2)).toEqual(pixel(ends, 510));
  });

  it('tell the signs apart: green stands out above 0, red and blue below', () => {
    const [red = 0, green = 0, blue = 0] = pixel(ends, 400);
    expect(green).toBeGreaterThan(Math.max(red, blue));
    const [red2 = 0, green2 = 0, blue2 = 0] = pixel(ends, 110);
    expect(green2).toBeLessThan(Math.min(red2, blue2));
  });

  it('clip what is beyond the scale, and draw zeros and no numbers as 0', () => {
    const pixels = paintPixels(new Float32Array([9, -9, Number.NaN]), 1, table);
    expect(pixel(pixels, 0)).toEqual(pixel(ends, 510));
    expect(pixel(pixels, 1)).toEqual(pixel(ends, 0));
    expect(pixel(pixels, 2)).toEqual(zero);
    expect(pixel(paintPixels(new Float32Array([0]), 0, table), 0)).toEqual(zero);
  });

  it('are opaque', () => {
    for (let index = 3; index < ends.length; index += 4) expect(ends[index]).toBe(255);
  });
});
