/** Which images are for training and which for testing. */
import type { ImageFile } from '../image-file.ts';
import { heldOutRows, heldOutSplit, holdOut } from '../image-file.ts';
import type { ImageSet } from '../images.ts';
import type { Part } from './paths.ts';

export interface Split {
  /** For each image, whether it is for testing. */
  isTest: Uint8Array;
  split: string;
  notes: string[];
}

/**
 * Test images are what the files call so, or else their validation images; with neither, or without training images, one image in
 * five is held out of all.
 */
export function splitImages(parts: readonly (Part | null)[]): Split {
  const found = new Set(parts);
  const isTest = new Uint8Array(parts.length);
  const testPart = found.has('test') ? 'test' : 'validation';
  if (!found.has(testPart) || found.size === 1) {
    for (const row of heldOutRows(parts.length).test) isTest[row] = 1;
    return { isTest, split: heldOutSplit, notes: [] };
  }
  for (const [row, part] of parts.entries()) isTest[row] = part === testPart ? 1 : 0;
  const joined = testPart === 'test' && found.has('validation') && found.has('train');
  return {
    isTest,
    split: `${testPart === 'test' ? 'test' : 'validation'} images of the files`,
    notes: joined ? ['validation images count as training images'] : [],
  };
}

/** The halves of an image file from the sets that the files have; of one alone, one image in five is held out. */
export function halves(train: ImageSet | null, test: ImageSet | null): Pick<ImageFile, 'train' | 'test' | 'split'> {
  if (train && test) return { train, test, split: 'test images of the files' };
  const all = train ?? test;
  if (!all) throw new RangeError('no images');
  return holdOut(all);
}
