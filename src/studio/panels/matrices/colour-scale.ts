/** Numbers to colours for matrices: a scale with 0 in the middle, as a table of ready pixels. */

type Colour = readonly [red: number, green: number, blue: number];

interface Ends {
  negative: readonly Colour[];
  middle: Colour;
  positive: readonly Colour[];
}

/** Purple below 0, green above: told apart by the colour-blind, and no source has to share them. */
const scales: Record<'light' | 'dark', Ends> = {
  light: {
    negative: [
      [64, 0, 75],
      [118, 42, 131],
      [175, 141, 195],
      [226, 210, 232],
    ],
    middle: [252, 252, 250],
    positive: [
      [206, 233, 200],
      [127, 191, 123],
      [27, 120, 55],
      [0, 68, 27],
    ],
  },
  dark: {
    negative: [
      [240, 215, 255],
      [203, 150, 230],
      [140, 82, 168],
      [76, 48, 92],
    ],
    middle: [28, 31, 35],
    positive: [
      [36, 72, 46],
      [52, 133, 72],
      [110, 201, 122],
      [208, 247, 200],
    ],
  },
};

/** Entries of a table; odd, so that one is exactly 0. */
const size = 511;

/** One RGBA pixel for each of `size` values from −max to max, packed as canvas memory has them. */
export function colourTable(dark: boolean): Uint32Array {
  const { negative, middle, positive } = scales[dark ? 'dark' : 'light'];
  const stops = [...negative, middle, ...positive];
  const bytes = new Uint8ClampedArray(size * 4);
  for (let index = 0; index < size; index++) {
    const place = (index / (size - 1)) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(place));
    for (let channel = 0; channel < 3; channel++) {
      const low = stops[from]?.[channel] ?? 0;
      const high = stops[from + 1]?.[channel] ?? 0;
      bytes[index * 4 + channel] = low + (high - low) * (place - from);
    }
    bytes[index * 4 + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}
