import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../architectures/model.ts';
import { inputShape, networkInputs } from '../../datasets/images.ts';
import { logits } from '../../network/network.ts';
import { disposeAll, toBackend } from '../../network/parameters.ts';
import { seededRandom } from '../../random.ts';
import { vitLayouts } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { blockOf, make, relative } from '../../theory/testing.ts';
import { contextOf, randomImages, randomModels } from '../fs-merge/testing.ts';
import { activationMatchingMerge } from './activation-matching.ts';
import { closedMerge } from './closed-merges.ts';
import { gitReBasinMerge } from './git-re-basin.ts';
import { otFusionMerge } from './ot-fusion.ts';
import type { ClosedMerge } from './plain-method.ts';
import { foldClosed } from './plain-method.ts';
import { gapToSource, permuted, planOf, randomOrders } from './testing.ts';
import { zipItMerge } from './zipit.ts';

beforeAll(() => useNodeBackend('wasm'));

const images = { train: 80, validation: 0 };

async function logitsOf({ architecture, weights }: Model): Promise<Float32Array> {
  const parameters = toBackend(weights);
  const inputs = networkInputs(architecture, randomImages(architecture, 10, 9), [...Array(10).keys()]);
  expect(inputs.shape.slice(1)).toEqual(inputShape(architecture));
  const values = await logits(architecture, parameters, inputs).data<'float32'>();
  disposeAll(parameters);
  return values;
}

describe.each(vitLayouts)('merges in closed form of ViTs, %s', (_, vit) => {
  const [model, other] = randomModels([vit, vit]) as [Model, Model];
  const plan = planOf([model, model]);
  const copy = permuted(model, plan, randomOrders(plan, seededRandom(3)));
  const models = [model, copy];
  const { tasks } = contextOf(models, { images });

  it('a copy with its units in another order computes the same', async () => {
    expect(gapToSource(copy, model)).toBeGreaterThan(0.1);
    const [own, its] = [await logitsOf(model), await logitsOf(copy)];
    for (const [index, value] of own.entries()) expect(its[index]).toBeCloseTo(value, 4);
  });

  it.each<[string, () => ClosedMerge | Promise<ClosedMerge>]>([
    ['Git Re-Basin', () => gitReBasinMerge(models, plan, { sweeps: 50, seed: 1 })],
    ['activation matching', () => activationMatchingMerge(models, tasks, plan)],
    ['ZipIt!', () => zipItMerge(models, tasks, plan)],
    ['OT fusion', () => otFusionMerge(models, tasks, plan, { regularisation: 0.05 })],
  ])('%s finds the source back from the copy, head and all', async (__, merge) => {
    expect(gapToSource(await foldClosed(models, await merge()), model)).toBeLessThan(1e-5);
  });

  it.each(['average', 'regmean'] as const)('%s of a source with itself is the source', async (method) => {
    const merge = await closedMerge(method, [model, model], tasks, plan, 1);
    expect(gapToSource(await foldClosed([model, model], merge), model)).toBeLessThan(1e-4);
  });

  it('of unlike sources the last U of Git Re-Basin permutes each half as the stream', async () => {
    const { form } = gitReBasinMerge([model, other], plan, { sweeps: 50, seed: 1 });
    const stream = blockOf(plan, form, 'blocks.0.mlp.U_0', 1);
    const last = blockOf(plan, form, 'output.U_out', 1);
    const half = stream.length;
    const inHalf = (unit: number, own: number) => Math.floor(unit / half) === Math.floor(own / half);
    const wanted = make(last.length, last.length, (unit, own) =>
      inHalf(unit, own) ? (stream[unit % half]?.[own % half] ?? Number.NaN) : 0,
    );
    expect(relative(last, wanted)).toBe(0);
    expect(
      relative(
        stream,
        make(half, half, (unit, own) => Number(unit === own)),
      ),
    ).toBeGreaterThan(0);
  });
});
