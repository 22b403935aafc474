import { expect, it } from 'vitest';
import { describeNormalisation, normalisations } from './normalisation.ts';

it('offers what fits the channels', () => {
  expect(normalisations(1).map(({ name }) => name)).toEqual(['0 to 1', '±1 (0.5)']);
  expect(normalisations(3).map(({ name }) => name)).toEqual(['0 to 1', '±1 (0.5)', 'ImageNet', 'CLIP']);
  expect(normalisations(3)[1]).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
});

it('knows the usual ones again, however many digits a file has', () => {
  expect(describeNormalisation([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])).toBe('ImageNet');
  expect(describeNormalisation([0.48145466, 0.4578275, 0.4082107], [0.2686295, 0.2613026, 0.2757771])).toBe('CLIP');
  expect(describeNormalisation([0], [1])).toBe('0 to 1');
  expect(describeNormalisation([0.1307], [0.3081])).toBe('mean 0.1307 · std 0.3081');
});
