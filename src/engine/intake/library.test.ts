import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DecodeImage } from '../datasets/files/image-reader.ts';
import type { Recipe } from '../recipe.ts';
import { recipeSchema } from '../recipe.ts';
import type { NamedSource } from '../tensors/byte-source.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import { readFixture, useNodeBackend } from '../testing/node.ts';
import { Workspace } from '../workspace.ts';

beforeAll(() => useNodeBackend('cpu'));

/** A picture is one byte here: all pixels of it. */
const decode: DecodeImage = (bytes) =>
  Promise.resolve({ height: 28, width: 28, channels: 1, pixels: new Uint8Array(784).fill(bytes[0] ?? 0) });

const fixture = (path: string, name = path) =>
  readFixture(`fixtures/formats/${path}`).then((file): NamedSource => ({ ...file, name }));
const made = (name: string, content: string | Uint8Array<ArrayBuffer>): NamedSource => ({
  name,
  source: bytesSource(typeof content === 'string' ? new TextEncoder().encode(content) : content),
});

const take = async (workspace: Workspace, files: (NamedSource | Promise<NamedSource>)[]) =>
  workspace.take(await Promise.all(files), { decode });

const ids = ({ loaded }: Awaited<ReturnType<typeof take>>) => loaded.map(({ kind, id }) => `${kind} ${id}`);

describe('files that were dropped together', () => {
  it('a folder of Hugging Face: weights and what lies beside them, the rest left alone', async () => {
    const workspace = new Workspace();
    const folder = ['config.json', 'model.safetensors', 'preprocessor_config.json'];
    const taken = await take(workspace, [
      ...folder.map((name) => fixture(`huggingface/${name}`, `vit-digits/${name}`)),
      made('vit-digits/README.md', '# A model'),
      made('vit-digits/tokenizer.json', '{"version": "1.0"}'),
      made('vit-digits/.gitattributes', '*.bin filter=lfs'),
    ]);
    expect(taken.failed).toEqual([]);
    expect(ids(taken)).toEqual(['source vit-digits/model.safetensors']);
    const { facts } = workspace.source('vit-digits/model.safetensors').match;
    expect(facts.heads).toEqual({ value: 4, origin: 'config.json' });
    expect(facts.epsilon).toEqual({ value: 1e-6, origin: 'config.json' });
    expect(facts.labels?.value).toHaveLength(10);
    expect(facts.mean.origin).toBe('preprocessor_config.json');
  });

  it('a sharded checkpoint, in any order, is one source', async () => {
    const names = await readdir(new URL('../../../fixtures/formats/sharded/', import.meta.url));
    const taken = await take(
      new Workspace(),
      [...names].reverse().map((name) => fixture(`sharded/${name}`, name)),
    );
    expect(taken.failed).toEqual([]);
    expect(ids(taken)).toEqual(['source model.safetensors.index.json']);
  });

  it('shards that come after their index: first it says which are missing, then it is whole', async () => {
    const workspace = new Workspace();
    const [index, first, second] = [
      'model.safetensors.index.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ].map((name) => fixture(`sharded/${name}`, name)) as [
      Promise<NamedSource>,
      Promise<NamedSource>,
      Promise<NamedSource>,
    ];
    const alone = await take(workspace, [index]);
    expect(String(alone.failed[0]?.error)).toMatch(/00001-of-00002.*00002-of-00002.*missing/s);
    await take(workspace, [first]);
    expect(ids(await take(workspace, [second]))).toEqual(['source model.safetensors.index.json']);
  });

  it('a bad file loses nothing of the others', async () => {
    const taken = await take(new Workspace(), [
      made('broken.safetensors', 'x'.repeat(100)),
      fixture('torchvision.pth'),
    ]);
    expect(ids(taken)).toEqual(['source torchvision.pth']);
    expect(taken.failed.map(({ file }) => file)).toEqual(['broken.safetensors']);
  });
});

describe('a file that tells about weights', () => {
  it('may come later, or before them', async () => {
    const workspace = new Workspace();
    await take(workspace, [fixture('huggingface/model.safetensors', 'model.safetensors')]);
    const later = await take(workspace, [fixture('huggingface/config.json', 'config.json')]);
    expect(later.changed).toEqual(['model.safetensors']);
    expect(workspace.source('model.safetensors').match.facts.heads?.origin).toBe('config.json');

    const other = new Workspace();
    const before = await take(other, [fixture('huggingface/config.json', 'config.json')]);
    expect(before).toMatchObject({ loaded: [], failed: [], waiting: ['config.json'] });
    const names = made('labels.txt', Array.from({ length: 10 }, (_, label) => `digit ${label}`).join('\n'));
    expect((await take(other, [names])).waiting.sort()).toEqual(['config.json', 'labels.txt']);
    const whole = await take(other, [fixture('huggingface/model.safetensors', 'model.safetensors')]);
    expect(whole.waiting).toEqual([]);
    expect(other.source('model.safetensors').match.facts.heads?.origin).toBe('config.json');
  });

  it('that contradicts them is refused with both numbers', async () => {
    const workspace = new Workspace();
    await take(workspace, [fixture('huggingface/model.safetensors', 'model.safetensors')]);
    const config = JSON.stringify({ model_type: 'vit', hidden_size: 768, num_attention_heads: 12 });
    const { failed } = await take(workspace, [made('config.json', config)]);
    expect(String(failed[0]?.error)).toMatch(/768.*64/);
  });
});

it('pictures in folders become classes with names', async () => {
  const workspace = new Workspace();
  const pictures = ['cat', 'dog'].flatMap((name, label) =>
    Array.from({ length: 5 }, (_, index) => made(`pets/${name}/${index}.png`, Uint8Array.of(100 * label + index))),
  );
  const taken = await take(workspace, pictures);
  expect(ids(taken)).toEqual(['images pets']);
  expect(workspace.imageFile('pets').labelNames).toEqual(['cat', 'dog']);
});

describe('what a recipe makes of a source', () => {
  const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const recipe = (file: string, change: object = {}): Recipe =>
    recipeSchema.parse({
      sources: ['a', 'b'].map((name) => ({
        file,
        name,
        images: { file: 'mnist.npz', labels: digits, train: 300 },
        ...change,
      })),
      method: { name: 'average' },
    });
  const withImages = async (...files: Promise<NamedSource>[]) => {
    const workspace = new Workspace();
    await take(workspace, [...files, readFixture('public/demo/images/mnist.npz')]);
    return workspace;
  };

  it('a network that was trained on normalised pixels takes them from 0 to 1', async () => {
    const workspace = await withImages(fixture('torchvision.pth'));
    const { models } = await workspace.context(recipe('torchvision.pth', { facts: { mean: [0.5], std: [0.25] } }));
    const plain = (await workspace.context(recipe('torchvision.pth'))).models[0];
    const weight = models[0]?.weights.get('patches.weight')?.values[3] ?? Number.NaN;
    expect(weight).toBeCloseTo((plain?.weights.get('patches.weight')?.values[3] ?? Number.NaN) / 0.25, 5);
  });

  it('a CLIP tower has the classes of its images, or of texts', async () => {
    const texts = { ...(await fixture('clip-texts.npy')), name: 'texts.npy' };
    const workspace = await withImages(fixture('open-clip-visual.pt'), Promise.resolve(texts));
    const means = await workspace.context(recipe('open-clip-visual.pt'));
    expect(means.models[0]?.architecture).toMatchObject({ output: 'classes', classes: 10 });
    const byTexts = await workspace.context(recipe('open-clip-visual.pt', { texts: 'texts.npy' }));
    expect(byTexts.models[0]?.architecture).toMatchObject({ output: 'classes', classes: 10 });
    expect(byTexts.models[0]?.weights.get('head.weight')).not.toEqual(means.models[0]?.weights.get('head.weight'));
  });

  it('a merge that would not fit is refused before a weight is read', async () => {
    const workspace = await withImages(fixture('torchvision.pth'));
    let read = 0;
    const { checkpoint } = workspace.source('torchvision.pth');
    for (const tensor of checkpoint.tensors.values()) {
      const own = tensor.read.bind(tensor);
      Object.assign(tensor, {
        read: () => {
          read++;
          return own();
        },
      });
    }
    const tooLarge = new Error('too large') as never;
    expect(await workspace.problems(recipe('torchvision.pth'), () => tooLarge)).toEqual([tooLarge]);
    expect(read).toBe(0);
    await workspace.problems(recipe('torchvision.pth'));
    expect(read).toBeGreaterThan(0);
  });
});

describe('files that are expected', () => {
  const pt = () => fixture('whole-module-mlp.pt', 'a.pt');
  const other = () => fixture('mlp-named-layers.safetensors', 'a.pt');
  const printOf = async (file: Promise<NamedSource>) => (await take(new Workspace(), [file])).loaded[0]?.fingerprint;

  it('are known by their contents under any name', async () => {
    const workspace = new Workspace();
    workspace.expect([{ name: 'expected.pt', fingerprint: (await printOf(pt())) ?? '' }]);
    const taken = await take(workspace, [pt()]);
    expect(ids(taken)).toEqual(['source expected.pt']);
    expect(taken.namesakes).toEqual([]);
    expect(ids(await take(workspace, [pt()]))).toEqual(['source a.pt']);
  });

  it('are not mistaken for others of their name', async () => {
    const workspace = new Workspace();
    workspace.expect([{ name: 'a.pt', fingerprint: (await printOf(pt())) ?? '' }]);
    const wrong = await take(workspace, [other()]);
    expect(ids(wrong)).toEqual(['source a.pt (2)']);
    expect(wrong.namesakes).toEqual([{ id: 'a.pt (2)', name: 'a.pt' }]);
    const right = await take(workspace, [pt()]);
    expect(ids(right)).toEqual(['source a.pt']);
    expect(right.namesakes).toEqual([]);
  });
});

describe('files that were removed', () => {
  it('come back as they were, facts included, until their name is another file', async () => {
    const workspace = new Workspace();
    await take(workspace, [fixture('whole-module-mlp.pt', 'a.pt')]);
    workspace.setFacts('a.pt', { activation: 'tanh' });
    workspace.remove('a.pt');
    expect(workspace.isSource('a.pt')).toBe(false);
    expect(workspace.restore('a.pt')).toMatchObject({ kind: 'source', id: 'a.pt' });
    expect(workspace.source('a.pt').match.facts.activation.value).toBe('tanh');
    expect(workspace.restore('a.pt')).toBeNull();
    workspace.remove('a.pt');
    await take(workspace, [fixture('mlp-named-layers.safetensors', 'a.pt')]);
    expect(workspace.restore('a.pt')).toBeNull();
  });
});
