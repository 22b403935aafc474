import { describe, expect, it } from 'vitest';
import { colourTable } from './colour-scale.ts';

describe.each([false, true])('the colours of matrices, dark: %s', (dark) => {
  const ends = new Uint8ClampedArray(colourTable(dark).buffer);
  const pixel = (index: number) => [...ends.subarray(index * 4, index * 4 + 4)];

  it('tell the signs apart: green stands out above 0, red and blue below', () => {
    const [red = 0, green = 0, blue = 0] = pixel(400);
    expect(green).toBeGreaterThan(Math.max(red, blue));
    const [red2 = 0, green2 = 0, blue2 = 0] = pixel(110);
    expect(green2).toBeLessThan(Math.min(red2, blue2));
  });

  it('have one colour in the middle, which is nearly grey', () => {
    const [red = 0, green = 0, blue = 0] = pixel(255);
    expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(10);
  });

  it('are opaque', () => {
    for (let index = 3; index < ends.length; index += 4) expect(ends[index]).toBe(255);
  });
});
