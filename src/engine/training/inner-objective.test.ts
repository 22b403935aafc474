import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MatrixSpec } from '../architectures/fold-plan.ts';
import type { Model, VisionTransformer, Weights } from '../architectures/model.ts';
import { TrainingSet } from '../datasets/training-set.ts';
import { disposeAll, toBackend, toHost } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import type { InnerSite, MatrixKind, Objective } from '../recipe.ts';
import { normals } from '../supernet/matrix-kind.ts';
import { SuperNet } from '../supernet/supernet.ts';
import { randomModel, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import type { Rows } from '../theory/testing.ts';
import { at, make, rowsOf, sum, times, transpose } from '../theory/testing.ts';
import { adamWDefaults } from './adamw.ts';
import { globalProblem } from './global-problem.ts';
import { Trainer } from './trainer.ts';

beforeAll(() => useNodeBackend('cpu'));

// ---- The objective once more, in activation form, with plain loops over one image after another in double precision. ----

/** A linear layer by its name: of one source, or of the SuperNet. */
type Layer = (name: string, x: Rows) => Rows;

const vectorOf = (weights: Weights, name: string): number[] => rowsOf(weights.get(name))[0] ?? [];
const addRow = (x: Rows, row: readonly number[]): Rows => x.map((own) => own.map((value, k) => value + (row[k] ?? 0)));
const linear = (weights: Weights, name: string, x: Rows): Rows =>
  addRow(times(x, transpose(rowsOf(weights.get(`${name}.weight`)))), vectorOf(weights, `${name}.bias`));
const beside = (parts: readonly Rows[]): Rows =>
  (parts[0] ?? []).map((_, row) => parts.flatMap((part) => part[row] ?? []));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const meanSquare = (a: Rows, b: Rows): number =>
  mean(a.flatMap((row, k) => row.map((value, l) => (value - at(b, k, l)) ** 2)));

function layerNorm(weights: Weights, name: string, epsilon: number, x: Rows): Rows {
  const [gain, bias] = [vectorOf(weights, `${name}.weight`), vectorOf(weights, `${name}.bias`)];
  return x.map((row) => {
    const centre = mean(row);
    const deviation = Math.sqrt(mean(row.map((value) => (value - centre) ** 2)) + epsilon);
    return row.map((value, k) => ((value - centre) / deviation) * (gain[k] ?? 0) + (bias[k] ?? 0));
  });
}

function attend(query: Rows, key: Rows, value: Rows, heads: number): Rows {
  const size = (query[0]?.length ?? 0) / heads;
  const each = Array.from({ length: heads }, (_, head) => {
    const [q, k, v] = [query, key, value].map((x) => x.map((row) => row.slice(head * size, (head + 1) * size))) as [
      Rows,
      Rows,
      Rows,
    ];
    const weights = times(q, transpose(k)).map((row) => row.map((score) => Math.exp(score / Math.sqrt(size))));
    return times(
      weights.map((row) => row.map((weight) => weight / row.reduce((a, b) => a + b, 0))),
      v,
    );
  });
  return beside(each);
}

const quickGelu = (x: Rows): Rows => x.map((row) => row.map((value) => value / (1 + Math.exp(-1.702 * value))));

/** From the embedded tokens of one image to its feature, one row. */
function run({ blocks, heads, epsilon }: VisionTransformer, norms: Weights, embedded: Rows, layer: Layer): Rows {
  let x = embedded;
  for (let block = 0; block < blocks; block++) {
    const [attention, mlp] = [`blocks.${block}.attention`, `blocks.${block}.mlp`];
    const seen = layerNorm(norms, `blocks.${block}.norm1`, epsilon, x);
    const [q, k, v] = ['query', 'key', 'value'].map((part) => layer(`${attention}.${part}`, seen)) as [
      Rows,
      Rows,
      Rows,
    ];
    x = sum([x, layer(`${attention}.out`, attend(q, k, v, heads))]);
    const hidden = quickGelu(layer(`${mlp}.in`, layerNorm(norms, `blocks.${block}.norm2`, epsilon, x)));
    x = sum([x, layer(`${mlp}.out`, hidden)]);
  }
  return layerNorm(norms, 'norm', epsilon, x.slice(0, 1));
}

const embed = (weights: Weights, patches: Rows): Rows =>
  sum([[vectorOf(weights, 'class_token'), ...linear(weights, 'patches', patches)], rowsOf(weights.get('positions'))]);

interface Pass {
  feature: Rows;
  /** What each layer puts out, by its name. Of the SuperNet: before M, a block for each body; "features" are the last U's. */
  outputs: Map<string, Rows[]>;
}

function runModel({ architecture, weights }: Model, patches: Rows): Pass {
  const outputs = new Map<string, Rows[]>();
  const feature = run(architecture as VisionTransformer, weights, embed(weights, patches), (name, x) => {
    outputs.set(name, [linear(weights, name, x)]);
    return outputs.get(name)?.[0] ?? [];
  });
  return { feature, outputs };
}

/** An M or U of kind "full" or "diagonal+low-rank". */
function denseOf(learnable: Weights, { name, role, merged }: MatrixSpec): Rows {
  const full = learnable.get(`${name}.full`);
  if (full) return rowsOf(full);
  const diag = vectorOf(learnable, `${name}.diag`);
  const low = times(rowsOf(learnable.get(`${name}.a`)), rowsOf(learnable.get(`${name}.b`)));
  const isDiagonal = (k: number, l: number) => (role === 'M' ? k % merged === l : l % merged === k);
  const own = (k: number, l: number) => (isDiagonal(k, l) ? (diag[role === 'M' ? k : l] ?? 0) : 0);
  return make(low.length, low[0]?.length ?? 0, (k, l) => at(low, k, l) + own(k, l));
}

function runSuperNet({ plan, architecture, bodies }: SuperNet, learnable: Weights, patches: Rows): Pass {
  const spec = (name: string) => plan.matrices.find((one) => one.name === name) as MatrixSpec;
  /** `x U`, cut at the widths of the sources. */
  const guesses = (x: Rows, name: string): Rows[] => {
    const guess = times(x, denseOf(learnable, spec(name)));
    const starts = spec(name).widths.map((_, source) =>
      spec(name)
        .widths.slice(0, source)
        .reduce((a, b) => a + b, 0),
    );
    return spec(name).widths.map((width, k) => guess.map((row) => row.slice(starts[k], (starts[k] ?? 0) + width)));
  };
  const outputs = new Map<string, Rows[]>();
  const embedded = beside(bodies.map(({ weights }) => embed(weights, patches)));
  const x = times(embedded, denseOf(learnable, spec('embedding.M_embed')));
  const feature = run(architecture as VisionTransformer, learnable, x, (name, input) => {
    const entry = plan.folded.find((one) => one.kind === 'linear' && one.weight === `${name}.weight`);
    if (entry?.kind !== 'linear' || entry.unmerge === null) throw new RangeError(name);
    const each = guesses(input, entry.unmerge).map((guess, body) =>
      linear(bodies[body]?.weights as Weights, name, guess),
    );
    outputs.set(name, each);
    return times(beside(each), denseOf(learnable, spec(entry.merge)));
  });
  return { feature, outputs: outputs.set('features', guesses(feature, plan.head.unmerge)) };
}

interface Stage {
  supernet: SuperNet;
  /** The models whose features are the targets. */
  tasks: Model[];
  bodyOfTask: number[];
  data: TrainingSet;
  initial: Weights;
}

/** Patches of one image as rows. */
function patchesOf({ supernet, data }: Stage, row: number): Rows {
  const [, count = 0, pixels = 0] = data.inputs(supernet.architecture, [row]).shape;
  const values = data.inputs(supernet.architecture, [row]).dataSync<'float32'>();
  return rowsOf({ shape: [count, pixels], values });
}

const rowsOfTask = ({ starts }: TrainingSet, task: number): number[] =>
  Array.from({ length: (starts[task + 1] ?? 0) - (starts[task] ?? 0) }, (_, index) => (starts[task] ?? 0) + index);

const taskOf = ({ starts }: TrainingSet, row: number): number => starts.filter((start) => start <= row).length - 1;

/** Mean |output| of a body's layer over the images that it sees. */
function scaleOf(stage: Stage, body: number, layer: string): number {
  const tasks = stage.bodyOfTask.flatMap((own, task) => (own === body ? [task] : []));
  const rows = tasks.flatMap((task) => rowsOfTask(stage.data, task));
  const model = stage.supernet.bodies[body] as Model;
  return mean(
    rows.flatMap((row) => runModel(model, patchesOf(stage, row)).outputs.get(layer)?.flat(2).map(Math.abs) ?? []),
  );
}

/** The two terms of the loss on these rows. */
function terms(stage: Stage, learnable: Weights, sites: readonly InnerSite[], rows: readonly number[]) {
  const { supernet, tasks, bodyOfTask, data } = stage;
  const layers = sites.map(({ block, part, weight }) => ({ layer: `blocks.${block - 1}.${part}.out`, weight }));
  const scales = supernet.bodies.map((_, body) => layers.map(({ layer }) => scaleOf(stage, body, layer)));
  const own: number[] = [];
  const inner: number[] = [];
  for (const row of rows) {
    const task = taskOf(data, row);
    const body = bodyOfTask[task] ?? 0;
    const patches = patchesOf(stage, row);
    const { outputs } = runSuperNet(supernet, learnable, patches);
    own.push(meanSquare(outputs.get('features')?.[task] ?? [], runModel(tasks[task] as Model, patches).feature));
    const wanted = runModel(supernet.bodies[body] as Model, patches).outputs;
    const compared = layers.map(({ layer, weight }, site) => {
      const error = meanSquare(outputs.get(layer)?.[body] ?? [], wanted.get(layer)?.[0] ?? []);
      return (weight * error) / (scales[body]?.[site] ?? Number.NaN);
    });
    inner.push(compared.reduce((a, b) => a + b, 0));
  }
  return { own: mean(own), inner: mean(inner) };
}

// ---- Against the engine. ----

const vit: VisionTransformer = { ...smallVit, activation: 'quick-gelu' };
const wider: VisionTransformer = { ...vit, width: 12, hidden: 10 };

/** Two sources together, or a third added to the merge of two; images of 4, 3 and 2, of other brightness for each task. */
function stageOf(kind: MatrixKind, order: 'together' | 'sequential'): Stage {
  const random = seededRandom(21);
  const shapes = [vit, kind === 'full' ? wider : vit, vit];
  const models = shapes.map((architecture) => randomModel(architecture, random));
  const tasks = order === 'together' ? models.slice(0, 2) : models;
  const bodies = order === 'together' ? tasks : [randomModel({ ...vit, classes: 6 }, random), ...models.slice(2)];
  const architecture = { ...vit, classes: 3 * tasks.length };
  const supernet = new SuperNet({ bodies, tasks, architecture }, { kind, rank: 3, stacked: false });
  const sets = [4, 3, 2].slice(0, tasks.length).map((count, task) => ({
    count,
    shape: [4, 4, 2] as const,
    pixels: Float32Array.from({ length: count * 32 }, () => (task + 1) * random.normal()),
    labels: new Int32Array(count),
  }));
  const initial = new Map(
    [...supernet.initial('average', 1)].map(([name, { shape, values }]) => {
      const noise = normals(shape, 0.2, random).values;
      return [name, { shape, values: values.map((value, index) => value + (noise[index] ?? 0)) }];
    }),
  );
  const bodyOfTask = order === 'together' ? [0, 1] : [0, 0, 1];
  return { supernet, tasks, bodyOfTask, data: new TrainingSet(sets), initial };
}

const problemOf = ({ supernet, tasks, bodyOfTask, data, initial }: Stage, inner: InnerSite[], objective: Objective) =>
  globalProblem(supernet, initial, data, { teachers: tasks, objective, inner, bodyOfTask });

async function engineLoss(stage: Stage, inner: InnerSite[], rows: number[]): Promise<number[]> {
  const problem = await problemOf(stage, inner, 'inner');
  const learnable = toBackend(stage.initial);
  const batch = problem.batch(rows);
  const losses = tf.tidy(() => problem.losses(learnable, batch).map((loss) => loss.dataSync()[0] ?? Number.NaN));
  tf.dispose(batch as unknown as tf.TensorContainer);
  disposeAll(learnable);
  problem.dispose();
  return losses;
}

const attention = (block: number, weight = 1): InnerSite => ({ block, part: 'attention', weight });
const mlp = (block: number, weight = 1): InnerSite => ({ block, part: 'mlp', weight });
const several = [mlp(2, 0.25), attention(1, 3), attention(2, 0.5), mlp(1, 1.5)];

const batches: [string, 'together' | 'sequential', InnerSite[], number[]][] = [
  ['one attention', 'together', [attention(2)], [0, 1, 4, 5]],
  ['one MLP', 'together', [mlp(1)], [0, 1, 4, 5]],
  ['several places, any order of rows', 'together', several, [6, 0, 3, 5, 1]],
  ['images of task 1 alone', 'together', several, [2, 0, 3]],
  ['images of task 2 alone', 'together', several, [6, 4]],
  ['one image', 'together', several, [5]],
  ['the merge so far and a third source', 'sequential', several, [8, 0, 5, 7, 2, 4, 1]],
  ['the merge so far alone', 'sequential', several, [6, 1, 4]],
  ['the third source alone', 'sequential', several, [8, 7]],
];

describe.each(['full', 'diagonal+low-rank'] as const)('the loss is that of the activation form, %s', (kind) => {
  it.each(batches)('%s', async (_, order, sites, rows) => {
    const stage = stageOf(kind, order);
    const losses = await engineLoss(stage, sites, rows);
    const { own, inner } = terms(stage, stage.initial, sites, rows);
    // Both terms count.
    expect(inner / own).toBeGreaterThan(0.05);
    expect(inner / own).toBeLessThan(20);
    expect(losses).toHaveLength(1);
    expect(Math.abs((losses[0] ?? Number.NaN) / (own + inner) - 1)).toBeLessThan(1e-5);
    stage.supernet.dispose();
  });
});

describe.each(['together', 'sequential'] as const)('training with the objective "inner", %s', (order) => {
  it('lowers both terms', async () => {
    const stage = stageOf('diagonal+low-rank', order);
    const problem = await problemOf(stage, several, 'inner');
    const trainer = new Trainer(problem, adamWDefaults);
    const rows = Array.from({ length: stage.data.count }, (_, row) => row);
    for (let step = 0; step < 40; step++) await trainer.step(rows, { rate: 1e-2, diagonal: 1e-2 });
    const before = terms(stage, stage.initial, several, rows);
    const after = terms(stage, await toHost(trainer.learnable), several, rows);
    expect(after.inner / before.inner).toBeLessThan(0.5);
    expect(after.own / before.own).toBeLessThan(0.5);
    trainer.dispose();
    problem.dispose();
    stage.supernet.dispose();
  });
});
