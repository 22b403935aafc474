import { beforeAll, expect, it } from 'vitest';
import { gatherRows, TrainingSet } from '../datasets/training-set.ts';
import { seededRandom } from '../random.ts';
import { randomModel, smallMlp, superNetOf } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { featureTargets } from './targets.ts';

beforeAll(() => useNodeBackend('cpu'));

it('keeps features in halves where floats would take too much, to a thousandth of their size', async () => {
  const random = seededRandom(1);
  const models = [randomModel(smallMlp, random), randomModel(smallMlp, random)];
  const images = (count: number) => ({
    count,
    shape: [5, 2, 1] as const,
    pixels: Float32Array.from({ length: count * 10 }, () => random.normal()),
    labels: new Int32Array(count),
  });
  const data = new TrainingSet([images(150), images(3)]);
  const supernet = superNetOf(models, { kind: 'full', rank: 1 });
  const full = await featureTargets(data, models, 'own', supernet);
  const half = await featureTargets(data, models, 'own', supernet, 4 * 153 * 12 - 1);
  supernet.dispose();
  expect(full).toBeInstanceOf(Float32Array);
  expect(half).toBeInstanceOf(Uint16Array);
  const rows = [0, 149, 150, 152, 7];
  const [expected, ours] = [gatherRows(full, 12, rows), gatherRows(half, 12, rows)];
  const values = expected.dataSync();
  expect(Math.max(...values)).toBeGreaterThan(0.1);
  for (const [index, value] of ours.dataSync().entries()) {
    expect(Math.abs(value - (values[index] ?? Number.NaN))).toBeLessThanOrEqual(
      1e-3 * Math.abs(values[index] ?? 0) + 1e-7,
    );
  }
});
