import { expect, it } from 'vitest';
import { describeDrag } from './describe-drag.ts';

it.each([
  [[], 'Drop checkpoints, images, folders and the files beside them anywhere'],
  [[''], 'Drop to read 1 checkpoint, data set or folder'],
  [['', '', 'application/json'], 'Drop to read 1 config or index and 2 checkpoints, data sets or folders'],
  [
    ['image/png', 'image/jpeg', 'application/zip', 'text/csv', 'text/plain'],
    'Drop to read 2 images, 1 archive of images, 1 table of pixels and 1 list of class names',
  ],
])('describeDrag(%j)', (types, text) => expect(describeDrag(types).replaceAll('\u00a0', ' ')).toBe(text));
