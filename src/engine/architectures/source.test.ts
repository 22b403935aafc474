import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../formats/detect.ts';
import { writeSafetensors } from '../formats/write/safetensors.ts';
import { seededRandom } from '../random.ts';
import { recipeSchema } from '../recipe.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import type { Checkpoint, Weight } from '../tensors/host-tensor.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { readFixture } from '../testing/node.ts';
import { exportSafetensors } from './export.ts';
import type { Architecture } from './model.ts';
import { countParameters, plainVit } from './model.ts';
import { loadModel, overrideFacts, recogniseSource } from './source.ts';
import { nameWeights } from './tables.ts';

const demo = async (path: string) => readCheckpoint(await readFixture(`public/demo/${path}`));
const open = (bytes: Uint8Array<ArrayBuffer>) =>
  readCheckpoint({ name: 'test.safetensors', source: bytesSource(bytes) });
const noRecipe = recipeSchema.parse({ sources: [], method: { name: 'average' } });

/** A demo checkpoint with some tensors changed, added or (null) left out. */
async function changed(path: string, changes: Record<string, Weight | null>): Promise<Checkpoint> {
  const tensors = new Map<string, Weight>();
  for (const [name, tensor] of (await demo(path)).tensors) tensors.set(name, await tensor.read());
  for (const [name, weight] of Object.entries(changes)) {
    if (weight) tensors.set(name, weight);
    else tensors.delete(name);
  }
  return open(writeSafetensors(tensors, { elementType: 'F32' }));
}

const zeros = (...shape: number[]): Weight => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) });

describe('recognising the demo checkpoints', () => {
  it('reads what the shapes of a timm ViT tell, and guesses the heads', async () => {
    const { match } = recogniseSource(await demo('vit/vit-mnist.safetensors'));
    expect(match.architecture).toEqual({
      ...plainVit,
      kind: 'vit',
      image: 28,
      channels: 1,
      patch: 7,
      width: 64,
      blocks: 4,
      heads: 4,
      hidden: 128,
      epsilon: 1e-6,
      activation: 'gelu',
      classes: 10,
    });
    expect(match.facts).toEqual({
      heads: { value: 4, origin: 'guess' },
      epsilon: { value: 1e-6, origin: 'scheme' },
      activation: { value: 'gelu', origin: 'scheme' },
      mean: { value: [0], origin: 'guess' },
      std: { value: [1], origin: 'guess' },
      labels: null,
      resize: null,
    });
    expect(countParameters(match.architecture)).toBe(139_018);
  });

  it('reads an nn.Sequential MLP', async () => {
    const { match } = recogniseSource(await demo('mlp/mlp-mnist-5to9.pt'));
    expect(match.architecture).toEqual({
      kind: 'mlp',
      inputs: 784,
      widths: [128, 128],
      activation: 'relu',
      classes: 5,
    });
  });

  it('lets a person set facts, and refuses heads that do not divide the width', async () => {
    const source = recogniseSource(await demo('vit/vit-mnist.safetensors'));
    const { match } = overrideFacts(source, { heads: 8, activation: 'quick-gelu' });
    expect(match.architecture).toMatchObject({ heads: 8, activation: 'quick-gelu', epsilon: 1e-6 });
    expect(match.facts.heads).toEqual({ value: 8, origin: 'person' });
    expect(() => overrideFacts(source, { heads: 5 })).toThrow(/5 attention heads.*width 64/);
  });
});

describe('two-way tables', () => {
  it.each([['vit/vit-mnist.safetensors'], ['mlp/mlp-mnist-0to4.pt']])(
    '%s: in and out again, bit for bit',
    async (path) => {
      const checkpoint = await demo(path);
      const { match } = recogniseSource(checkpoint);
      const model = await loadModel({ checkpoint, match });
      const written = new Map(nameWeights(model.architecture, model.weights, match.rulesFor(model.architecture)));
      expect([...written.keys()].sort()).toEqual([...checkpoint.tensors.keys()].sort());
      for (const [name, tensor] of checkpoint.tensors) {
        const original = await tensor.read();
        expect(written.get(name)?.shape, name).toEqual(original.shape);
        expect(written.get(name)?.values, name).toEqual(original.values);
      }
    },
  );

  it('an export carries what weights cannot tell', async () => {
    const architecture = { ...smallVit, heads: 4, epsilon: 1e-5, activation: 'relu' as const };
    const model = randomModel(architecture, seededRandom(1));
    const like = recogniseSource(await demo('vit/vit-mnist.safetensors')).match;
    const back = recogniseSource(await open(exportSafetensors(model, like, noRecipe)));
    expect(back.match.architecture).toEqual(architecture);
    expect(back.match.facts.heads).toEqual({ value: 4, origin: 'file' });
    expect((await loadModel(back)).weights).toEqual(model.weights);
  });

  it.each<[string, Architecture]>([
    ['vit/vit-mnist.safetensors', { ...smallVit, blocks: 6 }],
    ['mlp/mlp-mnist-0to4.pt', { ...smallMlp, widths: [8, 7, 6, 5] }],
    ['mlp/mlp-mnist-0to4.pt', { ...smallMlp, widths: [4] }],
  ])('a network of another depth is named as %s is, and comes back whole', async (path, architecture) => {
    const model = randomModel(architecture, seededRandom(1));
    const { match } = recogniseSource(await demo(path));
    const back = recogniseSource(await open(exportSafetensors(model, match, noRecipe)));
    expect(back.match.architecture).toEqual(architecture);
    expect((await loadModel(back)).weights).toEqual(model.weights);
  });

  it('a table that leaves a parameter out is no table', () => {
    const model = randomModel(smallMlp, seededRandom(1));
    expect(() => [...nameWeights(smallMlp, model.weights, [])]).toThrow(/leaves out layers\.0\.weight/);
  });

  it('metadata that is no facts is ignored', async () => {
    const model = randomModel(smallMlp, seededRandom(1));
    const rules = recogniseSource(await demo('mlp/mlp-mnist-0to4.pt')).match.rulesFor(smallMlp);
    const metadata = { fs_merge_facts: '{"activation": "eval", "heads": -1' };
    const bytes = writeSafetensors(nameWeights(smallMlp, model.weights, rules), { elementType: 'F32', metadata });
    expect(recogniseSource(await open(bytes)).match.architecture).toEqual(smallMlp);
  });
});

describe('checkpoints that are no model the studio knows', () => {
  const vit = 'vit/vit-mnist.safetensors';

  it.each([
    [
      'a missing tensor',
      vit,
      { 'blocks.2.mlp.fc2.bias': null },
      /no tensor "blocks\.2\.mlp\.fc2\.bias" of shape \[64\]/,
    ],
    [
      'a wrong shape',
      vit,
      { 'blocks.1.attn.proj.weight': zeros(64, 32) },
      /"blocks\.1\.attn\.proj\.weight".*\[64, 32\].*\[64, 64\]/,
    ],
    ['half a head', vit, { 'head.weight': null }, /does not know, such as "head\.bias"/],
    [
      'half a LayerScale',
      vit,
      { 'blocks.0.ls1.gamma': zeros(64) },
      /no tensor "blocks\.0\.ls2\.gamma" of shape \[64\]/,
    ],
    ['normed queries', vit, { 'blocks.0.attn.q_norm.weight': zeros(16) }, /"blocks\.0\.attn\.q_norm\.weight"/],
    ['a distillation token', vit, { pos_embed: zeros(1, 18, 64) }, /18 positions/],
    ['a convolution', 'mlp/mlp-mnist-0to4.pt', { '0.weight': zeros(8, 1, 3, 3) }, /Layer 0 .* is not linear/],
    [
      'layers that do not fit',
      'mlp/mlp-mnist-0to4.pt',
      { '2.weight': zeros(128, 64) },
      /"2\.weight".*\[128, 64\].*\[128, 128\]/,
    ],
    [
      'a layer aside',
      'mlp/mlp-mnist-0to4.pt',
      { 'side.weight': zeros(2, 2) },
      /do not follow one another: .*"4" from 128 to 5, "side" from 2 to 2/,
    ],
    [
      'a BatchNorm',
      'mlp/mlp-mnist-0to4.pt',
      { '1.weight': zeros(128), '1.running_mean': zeros(128) },
      /Layer "1" .* is a BatchNorm/,
    ],
    [
      'foreign names',
      vit,
      { 'patch_embed.proj.weight': null },
      /\(safetensors\) has 55 tensors \("cls_token" \[1, 1, 64\].* no model that the studio knows\. Nearest is timm; for that it lacks "patch_embed\.proj\.weight"\./,
    ],
  ])('%s', async (_, path, changes, message) => {
    const checkpoint = await changed(path, changes);
    expect(() => recogniseSource(checkpoint)).toThrow(
      expect.objectContaining({
        name: 'StudioError',
        kind: 'checkpoint',
        message: expect.stringMatching(message),
        advice: expect.stringMatching(/\w/),
      }),
    );
  });

  it('are told by their first tensors, and by the nearest scheme where one is near', () => {
    const unknown = async (...names: string[]) =>
      recogniseSource(
        await open(
          writeSafetensors(
            names.map((name) => [name, zeros(2)]),
            { elementType: 'F32' },
          ),
        ),
      );
    const towerOfAnother = ['embeddings.patch_embedding', 'post_layernorm', 'encoder.layers.0.self_attn.q_proj'];
    return Promise.all([
      expect(unknown('one', 'two')).rejects.toThrow(
        /^test\.safetensors \(safetensors\) has 2 tensors \("one" \[2\], "two" \[2\]\), but .* studio knows\.$/,
      ),
      expect(
        unknown(...towerOfAnother.flatMap((name) => [`vision_model.${name}.weight`, `vision_model.${name}.bias`])),
      ).rejects.toThrow(
        /Nearest is Hugging Face CLIP; for that it lacks ("vision_model\.[\w.]+", ){4}"vision_model\.[\w.]+" and 14 more\.$/,
      ),
    ]);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY]])('a weight that is %d', async (value) => {
    const bad = zeros(64);
    bad.values[3] = value;
    const source = recogniseSource(await changed(vit, { 'blocks.1.norm2.bias': bad }));
    await expect(loadModel(source)).rejects.toMatchObject({
      kind: 'checkpoint',
      subject: 'blocks.1.norm2.bias',
      message: expect.stringMatching(/1 value that is not a finite number/),
    });
  });

  it('of several tensors that are damaged the first is named', async () => {
    const damaged = { shape: [64], values: new Float32Array(64).fill(Number.NaN) };
    const names = ['blocks.1.norm2.weight', 'blocks.1.norm2.bias', 'norm.weight', 'norm.bias'];
    const source = recogniseSource(await changed(vit, Object.fromEntries(names.map((name) => [name, damaged]))));
    await expect(loadModel(source)).rejects.toMatchObject({ subject: names[0] });
  });
});
