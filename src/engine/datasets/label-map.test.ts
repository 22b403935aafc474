import { expect, it } from 'vitest';
import { labelsByName } from './label-map.ts';

it('finds labels by the names of classes, whatever their case and what is between words', () => {
  const labels = ['ice cream', 'Fire_Truck', 'T-shirt', 'n01440764', 'cat'];
  expect(labelsByName(['tshirt', 'fire truck', 'Ice-Cream', 'dog', 'n01440764'], labels)).toEqual([2, 1, 0, null, 3]);
});

it('takes ids of WordNet as they are, and no name that stands for two labels', () => {
  expect(labelsByName(['n01440764', 'N01440764'], ['N01440764', 'n01440764'])).toEqual([1, 0]);
  expect(labelsByName(['cat', 'dog'], ['Cat', 'cat', 'dog'])).toEqual([null, 2]);
  expect(labelsByName([], ['cat'])).toEqual([]);
});
