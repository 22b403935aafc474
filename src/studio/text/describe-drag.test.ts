import { expect, it } from 'vitest';
import { describeDrag } from './describe-drag.ts';

const together = ', together: what belongs to one another is found out';

it.each([
  [[], 0, 'Drop checkpoints, images, folders and the files beside them anywhere.'],
  [[''], 0, 'Drop to read 1 checkpoint, data set or folder.'],
  [[''], 1, 'Drop to read 1 checkpoint, data set or folder. Images on a source belong to it.'],
  [
    ['', '', 'application/json'],
    0,
    `Drop to read 1 config or index and 2 checkpoints, data sets or folders${together}.`,
  ],
  [['video/mp4'], 0, 'Drop to read 1 file of a kind that the studio does not know.'],
  [
    ['image/png', 'image/jpeg', 'application/zip', 'text/csv', 'text/plain'],
    0,
    `Drop to read 2 images, 1 archive of images, 1 table of pixels and 1 list of class names${together}.`,
  ],
])('describeDrag(%j) beside %i sources', (types, sources, text) =>
  expect(describeDrag(types, sources).replaceAll('\u00a0', ' ')).toBe(text),
);
