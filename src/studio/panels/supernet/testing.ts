/** M and U of fold plans for tests, as the worker tells them. */
import { vitInfo } from '../../recipe/testing.ts';
import type { Layer, Matrix } from './structure.ts';
import { layersOf, plannedMatrices } from './structure.ts';

export const vitMatrices = (blocks: number, sources = 2): Matrix[] =>
  plannedMatrices(
    Array.from({ length: sources }, (_, source) => vitInfo(`${source}`, { depth: blocks })),
    'first',
  );

export const vitLayers = (blocks: number, sources = 2): Layer[] => layersOf(vitMatrices(blocks, sources));
