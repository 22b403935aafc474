import { afterEach, describe, expect, it } from 'vitest';
import type { StudioApi } from './protocol.ts';
import { demoFile, dropped, exportOptions, inState, points, recipe, resultOf, studio, training } from './testing.ts';

describe('the api of the worker', () => {
  let running: { api: StudioApi; run: string } | null = null;
  afterEach(async () => {
    if (running) await running.api.discard(running.run);
    running = null;
  });

  it('loads, describes and checks', async () => {
    const { api, status, loaded } = await studio();
    expect(status).toMatchObject({
      name: 'wasm',
      choice: 'wasm',
      label: expect.stringMatching(/^WASM (relaxed )?SIMD/),
    });
    expect(loaded.errors).toEqual([]);
    expect(loaded.sources[0]).toMatchObject({
      id: 'mlp-mnist-0to4.pt',
      architecture: 'mlp',
      container: 'PyTorch zip',
      scheme: 'nn.Sequential',
      elementType: 'F32',
      classes: 5,
      width: 128,
      depth: 2,
      hidden: [128, 128],
      input: [784],
      parameters: 117_637,
    });
    expect(loaded.images[0]).toMatchObject({ id: 'mnist.npz', shape: [28, 28, 1], train: 2000, test: 1000 });
    const check = await api.check(recipe(training));
    // 400 images in batches of 64: 7 steps an epoch. Two layers with M and U of 256 × 128.
    expect(check).toMatchObject({
      problems: [],
      cost: { steps: 42, learnable: 131_072, memory: { sources: 2 * 117_637 * 4, learnable: 131_072 * 16 } },
    });
  });

  it('trains, tells its losses and accuracies, and exports what it showed', async () => {
    const { api, events, until } = await studio();
    const started = performance.now();
    await api.run('a', recipe(training));
    await until(inState('a', 'done'));
    const losses = points(events, 'a').map((point) => point.losses[0] ?? Number.NaN);
    expect(losses).toHaveLength(42);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(events.filter((event) => event.type === 'accuracy')).toHaveLength(1);
    // At most 20 updates a second, and one more at each measurement and at the end.
    const updates = events.filter((event) => event.type === 'training').length;
    expect(updates).toBeLessThanOrEqual(((performance.now() - started) / 1000) * 20 + 2);
    expect(updates).toBeLessThan(losses.length);
    const result = resultOf(events, 'a');
    expect(result).toMatchObject({ method: 'fs-merge', steps: 42, learnable: 131_072 });
    expect(result?.merged).toMatchObject({ kind: 'mlp', widths: [128, 128], classes: 10 });
    for (const share of result?.score.perTask ?? [0]) expect(share).toBeGreaterThan(0.9);
    // A run keeps what it needs: its sources may be removed.
    for (const { file } of recipe(training).sources) await api.remove(file);
    const exported = await api.exportModel('a', exportOptions('nn.Sequential'), null);
    expect(exported.files.map((file) => file.name)).toEqual(['merged.safetensors']);
    expect(exported.readBack).toEqual({ score: result?.score, largestWeightDifference: 0, largestLogitDifference: 0 });
  });

  it('gives the same result for the same recipe', async () => {
    const { api, events, until } = await studio();
    for (const run of ['one', 'two']) {
      await api.run(run, recipe({ ...training, kind: 'diagonal+low-rank', epochs: 2 }));
      await until(inState(run, 'done'));
    }
    expect(points(events, 'one')).toEqual(points(events, 'two'));
  });

  it('pauses, takes single steps, resumes and stops', async () => {
    const { api, events, until } = await studio();
    running = { api, run: 'b' };
    await api.run('b', recipe({ ...training, epochs: 2000, evaluateEvery: 0 }));
    await until((event) => event.type === 'training');
    await api.pause('b');
    await until(inState('b', 'paused'));
    const paused = points(events, 'b').length;
    expect(paused).toBeGreaterThan(0);
    events.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(points(events, 'b')).toEqual([]);
    await api.step('b');
    await until(inState('b', 'paused'));
    expect(points(events, 'b').map((point) => point.step)).toEqual([paused]);
    const matrix = await api.matrix('b', 'layers.0.M');
    expect(matrix).toMatchObject({ rows: 256, columns: 128, bounds: [0, 128, 256], step: paused + 1 });
    expect(matrix.values).toHaveLength(256 * 128);
    events.length = 0;
    await api.resume('b');
    await until((event) => event.type === 'training');
    await api.stop('b');
    await until(inState('b', 'stopped'));
    expect(resultOf(events, 'b')?.steps).toBeLessThan(14_000);
    const shares = (await api.matrices('b')).map((info) => info.shares);
    expect(shares).toHaveLength(4);
    for (const share of shares) expect(share.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it('refuses a second training and a change of backend in the middle of a run', async () => {
    const { api, until } = await studio();
    running = { api, run: 'c' };
    await api.run('c', recipe({ ...training, epochs: 2000, evaluateEvery: 0 }));
    await until(inState('c', 'running'));
    await expect(api.run('d', recipe(training))).rejects.toMatchObject({ kind: 'run' });
    await expect(api.setBackend('cpu')).rejects.toMatchObject({ kind: 'backend' });
    await api.stop('c');
    await until(inState('c', 'stopped'));
  });

  it('scores sources, average and ensemble', async () => {
    const { api, events, until } = await studio();
    for (const name of ['average', 'ensemble'] as const) {
      await api.run(name, recipe({ name }));
      await until(inState(name, 'done'));
    }
    const first = await api.evaluateSource(recipe(training), 0);
    expect(first.perTask[0]).toBeGreaterThan(0.98);
    expect(first.perTask[1]).toBeLessThan(0.5);
    expect(resultOf(events, 'average')?.score.joint).toBeCloseTo(0.76, 1);
    expect(resultOf(events, 'ensemble')).toMatchObject({ merged: null, steps: 0 });
    await expect(api.exportModel('ensemble', exportOptions('nn.Sequential'), null)).rejects.toMatchObject({
      kind: 'run',
    });
  });

  it('keeps what is loaded when a file is bad, and says what is wrong', async () => {
    const { api } = await studio();
    const whole = await demoFile('mlp/mlp-mnist-0to4.pt');
    const cut = new File([whole.slice(0, 100_000)], 'cut.pt');
    const result = await api.load([cut, await demoFile('vit/vit-mnist.safetensors')].map(dropped));
    expect(result.errors).toHaveLength(1);
    expect(result.errors[0]).toMatchObject({ kind: 'file', subject: 'cut.pt' });
    expect(result.sources.map((info) => info.id)).toEqual(['vit-mnist.safetensors']);
    expect((await api.check(recipe(training))).problems).toEqual([]);
    const mixed = recipe(training);
    mixed.sources[1] = { file: 'vit-mnist.safetensors', name: 'vit', facts: {}, texts: null, images: null };
    const { problems } = await api.check(mixed);
    expect(problems.map((problem) => problem.kind)).toEqual(['sources', 'images']);
  });
});
