import { expect, it } from 'vitest';
import { withoutAlpha } from './decode-image.ts';

it('keeps one channel of an image whose pixels are all grey, and three of any other', () => {
  const grey = withoutAlpha(Uint8ClampedArray.of(1, 1, 1, 255, 7, 7, 7, 255));
  expect(grey).toEqual({ channels: 1, pixels: Uint8Array.of(1, 7) });
  const red = withoutAlpha(Uint8ClampedArray.of(1, 1, 1, 255, 7, 7, 8, 255));
  expect(red).toEqual({ channels: 3, pixels: Uint8Array.of(1, 1, 1, 7, 7, 8) });
  expect(withoutAlpha(Uint8ClampedArray.of(1, 1, 1, 255, 7, 8, 7, 255)).channels).toBe(3);
});
