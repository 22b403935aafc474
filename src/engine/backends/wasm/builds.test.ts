import { beforeAll, describe, expect, it } from 'vitest';
import { largestDifference, operationCases, runCase } from '../../ops/testing.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { chooseBuild, chosenBuild } from './build.ts';
import { allowRelaxed, builds } from './testing.ts';

const expected: Float32Array[][] = [];

beforeAll(async () => {
  allowRelaxed();
  await useNodeBackend('cpu');
  for (const one of operationCases) expected.push(await runCase(one));
  await useNodeBackend('wasm');
  expect(chosenBuild()).toBe('relaxed');
});

describe.each(builds)('operations with build %s', (build) => {
  beforeAll(() => chooseBuild(build));

  it.each(operationCases.map((one, index) => ({ ...one, index })))(
    '$title: as stock on cpu, and the same bits again',
    async ({ index, ...one }) => {
      const first = await runCase(one);
      expect(largestDifference(first, expected[index] ?? [])).toBeLessThan(2e-5);
      expect(await runCase(one)).toEqual(first);
    },
  );
});
