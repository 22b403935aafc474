import { describe, expect, it } from 'vitest';
import type { Architecture, Model } from '../architectures/model.ts';
import { StudioError } from '../errors.ts';
import { readCheckpoint } from '../formats/detect.ts';
import { expectSameWeights, readAll } from '../formats/testing.ts';
import { writeSafetensors } from '../formats/write/safetensors.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import type { Random } from '../random.ts';
import { seededRandom } from '../random.ts';
import type { MatrixKind, Order, Recipe } from '../recipe.ts';
import { matrixKinds, recipeSchema } from '../recipe.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import type { Checkpoint, Weight } from '../tensors/host-tensor.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { readFixture, useNodeBackend } from '../testing/node.ts';
import { normals } from './matrix-kind.ts';
import type { SavedSuperNet } from './saved.ts';
import { matricesOf } from './saved.ts';
import { SuperNet } from './supernet.ts';
import type { SuperNetFile } from './supernet-file.ts';
import { readSuperNet, writeSuperNet } from './supernet-file.ts';

await useNodeBackend('cpu');

const file = 'saved.safetensors';

interface Kept {
  saved: SavedSuperNet;
  recipe: Recipe;
  /** The sources' networks. */
  models: Model[];
}

/** Values of every size and sign, and the two that only their bits tell from others. */
function anyValues(shape: readonly number[], random: Random): Weight {
  const { values } = normals(shape, 1, random);
  values.set([-0, 1e-45].slice(0, values.length));
  return { shape, values };
}

/** Three sources together, or the last stage of their sequential merge. */
function keep(kind: MatrixKind, order: Order, architectures: Architecture[]): Kept {
  const random = seededRandom(8);
  const models = architectures.map((architecture) => randomModel(architecture, random));
  const [first] = architectures as [Architecture];
  const soFar = order === 'sequential' ? randomModel({ ...first, classes: 6 }, random) : null;
  const bodies = soFar ? [soFar.architecture, ...architectures.slice(2)] : architectures;
  const shape = { bodies, tasks: architectures, merged: { ...first, classes: 9 } };
  const sources = soFar ? [null, 2] : [0, 1, 2];
  const supernet = superNetOf({ kind, rank: 3, shape, soFar, sources }, models);
  const learnable = new Map(
    [...supernet.initial('random', 1)].map(([name, weight]) => [name, anyValues(weight.shape, random)]),
  );
  supernet.dispose();
  const recipe = recipeSchema.parse({
    name: 'Ziffern “1–3”',
    sources: models.map((_, index) => ({ file: `${index}.safetensors`, name: `task ${index}`, images: null })),
    method: { name: 'fs-merge', kind, order, rank: 3, initialisation: 'random', learningRate: 0.1 + 0.2 },
    seed: 7,
  });
  return { saved: { kind, rank: 3, order, shape, sources, soFar, learnable }, recipe, models };
}

/** The SuperNet that a file describes, over the networks of its bodies. */
function superNetOf(
  { kind, rank, shape, soFar, sources }: Omit<SavedSuperNet, 'learnable' | 'order'>,
  models: Model[],
): SuperNet {
  const bodies = sources.map((source) => (source === null ? soFar : models[source])) as Model[];
  return new SuperNet({ bodies, tasks: models, architecture: shape.merged }, { kind, rank });
}

async function foldOf(saved: SavedSuperNet, models: Model[]): Promise<Model> {
  const supernet = superNetOf(saved, models);
  const tensors = toBackend(saved.learnable);
  const folded = await supernet.foldedModel(tensors);
  disposeAll(tensors);
  supernet.dispose();
  return folded;
}

const open = (bytes: Uint8Array<ArrayBuffer>): Promise<Checkpoint> =>
  readCheckpoint({ name: file, source: bytesSource(bytes) });

async function readBack(bytes: Uint8Array<ArrayBuffer>): Promise<SuperNetFile> {
  const read = readSuperNet(await open(bytes));
  if (!read) throw new Error('no SuperNet file');
  return read;
}

const three = (architecture: Architecture): Architecture[] => [architecture, architecture, architecture];
const unequal: Architecture[] = [
  smallVit,
  { ...smallVit, width: 12, hidden: 7 },
  { ...smallVit, hidden: 16, heads: 4 },
];

const cases: [string, MatrixKind, Order, Architecture[]][] = [
  ...matrixKinds.flatMap((kind): typeof cases => [
    [`ViT, ${kind}, together`, kind, 'together', three(smallVit)],
    [`ViT, ${kind}, sequential`, kind, 'sequential', three(smallVit)],
  ]),
  ['ViT, full, together, unequal widths', 'full', 'together', unequal],
  ['ViT, low-rank, sequential, unequal widths', 'low-rank', 'sequential', unequal],
  ['MLP, full, together', 'full', 'together', three(smallMlp)],
  ['MLP, diagonal+low-rank, sequential', 'diagonal+low-rank', 'sequential', three({ ...smallMlp, widths: [8, 8] })],
];

describe('a SuperNet written and read back', () => {
  it.each(cases)(
    '%s: is the same, bit by bit, and folds to the same network',
    async (_, kind, order, architectures) => {
      const { saved, recipe, models } = keep(kind, order, architectures);
      const read = await readBack(writeSuperNet(saved, recipe));
      const { learnable, soFar, ...described } = saved;
      expect(read).toEqual({ ...described, file, recipe, load: expect.any(Function) });
      const loaded = await read.load();
      const { learnable: _learnable, soFar: _soFar, ...header } = loaded;
      expect(header).toEqual(described);
      expectSameWeights(loaded.learnable, learnable);
      expect([...matricesOf(loaded).shapes().keys()].every((name) => loaded.learnable.has(name))).toBe(true);
      expect(loaded.soFar?.architecture ?? null).toEqual(soFar?.architecture ?? null);
      expectSameWeights(loaded.soFar?.weights ?? new Map(), soFar?.weights ?? new Map());
      const [before, after] = [await foldOf(saved, models), await foldOf(loaded, models)];
      expect(after.architecture).toEqual(before.architecture);
      expectSameWeights(after.weights, before.weights);
    },
  );
});

// ---- What is not as it should be. ----

const superNetKey = 'fs_merge_supernet';
const recipeKey = 'fs_merge_recipe';
const sequential = keep('diagonal+low-rank', 'sequential', three(smallVit));
const good = writeSuperNet(sequential.saved, sequential.recipe);

interface Changes {
  tensors?: Record<string, Weight | null>;
  metadata?: Record<string, string | null>;
}

/** The good file with tensors and metadata changed, or (null) left out. */
async function changed({ tensors = {}, metadata = {} }: Changes): Promise<Uint8Array<ArrayBuffer>> {
  const checkpoint = await open(good);
  const all = { ...Object.fromEntries(await readAll(checkpoint)), ...tensors };
  const present = <T>(entries: Record<string, T | null>) =>
    Object.entries(entries).filter((entry): entry is [string, T] => entry[1] !== null);
  return writeSafetensors(present(all), {
    elementType: 'F32',
    metadata: Object.fromEntries(present({ ...checkpoint.metadata, ...metadata })),
  });
}

type Description = Record<string, unknown> & { shape: Record<'bodies' | 'tasks', object[]> & { merged: object } };

/** The good file with another description. */
async function described(change: (description: Description) => object): Promise<Uint8Array<ArrayBuffer>> {
  const { metadata } = await open(good);
  return changed({ metadata: { [superNetKey]: JSON.stringify(change(JSON.parse(metadata[superNetKey] ?? ''))) } });
}

/** The error for people that reading the whole file ends in, which names the file. */
async function errorOf(bytes: Uint8Array<ArrayBuffer>): Promise<StudioError> {
  const outcome: unknown = await readBack(bytes)
    .then((read) => read.load())
    .catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(StudioError);
  const error = outcome as StudioError;
  expect(error.message).toContain(file);
  expect(error.advice).not.toBe('');
  return error;
}

const merge = 'blocks.1.attention.M_q';
const tensorNames = [`${merge}.diag`, `${merge}.a`, `${merge}.b`, 'norm.weight', 'so_far.blocks.0.mlp.in.weight'];

describe('a file that is not as the studio writes it', () => {
  const headerEnd = 8 + Number(new DataView(good.buffer).getBigUint64(0, true));

  it.each([0, 1, 8, 9, 200, headerEnd - 1, headerEnd, headerEnd + 10, good.length / 2, good.length - 1])(
    'cut off at byte %d',
    async (size) => {
      expect((await errorOf(good.slice(0, size))).kind).toBe('file');
    },
  );

  it.each(tensorNames)('without %s', async (name) => {
    const { kind, message, subject } = await errorOf(await changed({ tensors: { [name]: null } }));
    expect({ kind, subject }).toEqual({ kind: 'file', subject: name });
    expect(message).toContain(`its tensor "${name}" is missing`);
  });

  it.each(tensorNames)('with %s of another shape', async (name) => {
    const weight = (await readAll(await open(good))).get(name) as Weight;
    const shapes = [
      [1, ...weight.shape],
      weight.shape.length > 1 ? [...weight.shape].reverse() : [weight.values.length, 1],
    ];
    for (const shape of shapes) {
      const { kind, message, subject } = await errorOf(await changed({ tensors: { [name]: { ...weight, shape } } }));
      expect({ kind, subject }).toEqual({ kind: 'file', subject: name });
      expect(message).toContain(
        `its tensor "${name}" has shape [${shape.join(', ')}] instead of [${weight.shape.join(', ')}]`,
      );
    }
  });

  it.each(tensorNames)('with %s not finite', async (name) => {
    const { shape, values } = (await readAll(await open(good))).get(name) as Weight;
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const bytes = await changed({ tensors: { [name]: { shape, values: values.with(-1, bad) } } });
      const { kind, message, subject } = await errorOf(bytes);
      expect({ kind, subject }).toEqual({ kind: 'checkpoint', subject: name });
      expect(message).toContain(name);
    }
  });

  it.each<[string, Record<string, string | null>]>([
    ['a description that is no JSON', { [superNetKey]: '{"version":1,' }],
    ['an empty description', { [superNetKey]: '' }],
    ['a description that is null', { [superNetKey]: 'null' }],
    ['a description that is a list', { [superNetKey]: '[]' }],
    ['no recipe', { [recipeKey]: null }],
    ['a recipe that is no JSON', { [recipeKey]: 'recipe' }],
    ['a recipe of no method', { [recipeKey]: '{"sources":[],"method":{"name":"soup"}}' }],
    [
      'a recipe whose options do not go together',
      { [recipeKey]: '{"sources":[],"method":{"name":"fs-merge","objective":"inner"}}' },
    ],
  ])('with %s', async (_, metadata) => {
    const { kind, message } = await errorOf(await changed({ metadata }));
    expect(kind).toBe('file');
    expect(message).toContain('its description is not as the studio writes it');
  });

  const withMerged = (merged: object) => (one: Description) => ({ ...one, shape: { ...one.shape, merged } });
  const withSize = (size: object) => (one: Description) => withMerged({ ...one.shape.merged, ...size })(one);

  it.each<[string, (one: Description) => object]>([
    ['version 2', (one) => ({ ...one, version: 2 })],
    ['no version', ({ version: _, ...one }) => one],
    ['an unknown kind', (one) => ({ ...one, kind: 'square' })],
    ['an unknown key', (one) => ({ ...one, colour: 'red' })],
    ['one body', (one) => ({ ...one, shape: { ...one.shape, bodies: one.shape.bodies.slice(1) } })],
    ['an unknown architecture', withMerged({ kind: 'cnn' })],
    ['a rank of 10¹²', (one) => ({ ...one, rank: 1e12 })],
    ['a rank of 0', (one) => ({ ...one, rank: 0 })],
    ['a width of 10⁹', withSize({ width: 1e9 })],
    ['a width of −8', withSize({ width: -8 })],
    ['a width of 7.5', withSize({ width: 7.5 })],
    ['10⁶ blocks', withSize({ blocks: 1e6 })],
    ['ε = 0', withSize({ epsilon: 0 })],
    ['a source −1', (one) => ({ ...one, sources: [null, -1] })],
  ])('described with %s', async (_, change) => {
    const { kind, message } = await errorOf(await described(change));
    expect(kind).toBe('file');
    expect(message).toContain('its description is not as the studio writes it');
  });

  it.each<[string, (one: Description) => object]>([
    ['a larger rank', (one) => ({ ...one, rank: 1e6 })],
    ['another kind', (one) => ({ ...one, kind: 'low-rank' })],
  ])('described with %s than its tensors have', async (_, change) => {
    const { kind, message, subject } = await errorOf(await described(change));
    expect(kind).toBe('file');
    expect(message).toContain(`its tensor "${subject}"`);
  });

  const withBodies = (change: object) => (one: Description) => ({
    ...one,
    shape: { ...one.shape, bodies: one.shape.bodies.map((body) => ({ ...body, ...change })) },
  });
  it.each<[string, (one: Description) => object, string]>([
    ['the sources of another order', (one) => ({ ...one, sources: [0, 1] }), 'not those of its order'],
    ['two kinds of networks', withMerged(smallMlp), 'two kinds'],
    ['more blocks', withSize({ blocks: 1000 }), 'unequal depth'],
    ['heads that divide no width', withBodies({ heads: 3 }), 'heads do not divide a width'],
    ['patches that do not tile', withBodies({ patch: 3 }), 'patches do not tile'],
    ['a distillation token that is not there', withSize({ pooling: 'distilled' }), 'a token that is not there'],
    ['registers in some networks', withBodies({ registers: 1 }), 'unlike tokens'],
    ['classes that do not add up', withSize({ classes: 1 }), 'do not add up'],
    ['a larger width and a diagonal', withSize({ width: 1e6 }), 'its widths differ'],
  ])('described with %s', async (_, change, reason) => {
    const { kind, message } = await errorOf(await described(change));
    expect(kind).toBe('file');
    expect(message).toMatch(new RegExp(`contradicts itself .*${reason}`));
  });
});

describe('any other checkpoint', () => {
  const paths = ['public/demo/vit/vit-mnist.safetensors', 'public/demo/mlp/mlp-mnist-0to4.pt'];
  it.each(paths)('%s is none', async (path) => {
    expect(readSuperNet(await readCheckpoint(await readFixture(path)))).toBeNull();
  });

  it('is none without the description, whatever its tensors are called', async () => {
    expect(readSuperNet(await open(await changed({ metadata: { [superNetKey]: null } })))).toBeNull();
  });
});
