/** Every reader that takes something from outside, what it is fuzzed with, and how. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { StudioError } from '../src/engine/errors.ts';
import { recipeSchema } from '../src/engine/recipe.ts';
import { Workspace } from '../src/engine/workspace.ts';
import { linkHash, readHash } from '../src/studio/sessions/link.ts';
import { unpackSession } from '../src/studio/sessions/unpack.ts';
import { sessionMethods } from '../src/worker/sessions.ts';
import type { NamedBytes } from './drop.ts';
import { readDropped } from './drop.ts';
import type { Files } from './generate.ts';
import { npyFiles, packedFiles, safetensorsFiles, sideFiles, tableFiles, tfjsFiles, zipFiles } from './generate.ts';
import { cifar, csv, gzip, idxPair, imagesNpz, mlpNpz, mlpPytorch, mlpSafetensors, stored, utf8 } from './make.ts';
import { edit, edited } from './mutate.ts';
import { pickleFiles } from './pickles.ts';

export interface Reader {
  name: string;
  input: Files;
  read(files: readonly NamedBytes[]): Promise<unknown[]>;
  /** Inputs of this reader in a round over all of them; slow ones have fewer. */
  share: number;
}

const repository = (path: string): NamedBytes => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  bytes: new Uint8Array(readFileSync(path)),
});
const folder = (path: string): NamedBytes[] => readdirSync(path).map((name) => repository(`${path}/${name}`));
const formats = (...names: string[]): NamedBytes[][] => names.map((name) => [repository(`fixtures/formats/${name}`)]);

/** One of the files of a seed is changed; the others lie beside it as they are. */
function mutated(seeds: readonly NamedBytes[][]): Files {
  return fc
    .record({ seed: fc.nat(seeds.length - 1), file: fc.nat(), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) })
    .map(({ seed, file, edits }) => {
      const files = seeds[seed] ?? [];
      const changed = file % files.length;
      return files.map((one, index) => (index === changed ? { ...one, bytes: edited(one.bytes, edits) } : one));
    });
}

/** The same bytes under a name that files do not have. */
const oddlyNamed: Files = fc
  .tuple(
    fc.constantFrom(mlpSafetensors, mlpPytorch, imagesNpz, csv),
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        '__proto__',
        'constructor',
        '../../x.pt',
        '.hidden.pt',
        'a/'.repeat(500),
        '\u202e.pt',
        '<b>.pt',
        '',
      ),
    ),
  )
  .map(([{ bytes }, name]) => [{ name, bytes }]);

const dropped = (name: string, share: number, ...inputs: Files[]): Reader => ({
  name,
  share,
  input: fc.oneof(...inputs),
  read: readDropped,
});

const recipes = folder('public/demo/recipes').map(({ bytes }) =>
  JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)).recipe),
);
const session = JSON.stringify({
  fsMergeSession: 1,
  saved: 0,
  recipe: JSON.parse(recipes[0] ?? '{}'),
  sources: [0, 1].map((colour) => ({ colour, imagesByHand: false })),
  others: [],
  files: [{ name: 'mlp-mnist-0to4.pt', bytes: 10, fingerprint: null }],
  runs: [],
  selected: null,
  settings: [{ run: null, sources: [null, null], refused: {} }],
});
const text = (value: string): NamedBytes[] => [{ name: 'saved.json', bytes: utf8(value) }];

/** JSON of our own, changed as text and as values. */
const changedJson = (texts: readonly string[]): Files =>
  fc.oneof(
    mutated(texts.map(text)),
    fc.json().map(text),
    fc.constantFrom('[', '{"a":'.repeat(5000), 'null', '1e999').map(text),
  );

const { readRecipe, readSession } = sessionMethods(new Workspace());
const fileOf = ([only]: readonly NamedBytes[]): File => new File([only?.bytes ?? new Uint8Array()], only?.name ?? '');
const nothing = (work: Promise<unknown>): Promise<unknown[]> => work.then(() => []);

export const readers: readonly Reader[] = [
  dropped('safetensors', 10, safetensorsFiles, mutated([[mlpSafetensors]])),
  dropped('sharded', 2, mutated([folder('fixtures/formats/sharded')])),
  dropped(
    'pytorch',
    10,
    mutated([
      [mlpPytorch],
      ...formats(
        'calls-a-shell.pt',
        'custom-class-module.pt',
        'custom-class-state-dict.pt',
        'training-protocol-2.pt',
        'training-protocol-4.pt',
        'training-protocol-5.pt',
      ),
    ]),
  ),
  dropped('pickle', 14, pickleFiles),
  dropped('pytorch-legacy', 5, mutated(formats('custom-class-module-legacy.pt'))),
  dropped('npz', 6, mutated([[mlpNpz], ...formats('keras-weights.npz', 'numpy-dtypes.npz', 'numpy-objects.npz')])),
  dropped('npy', 8, npyFiles, mutated(formats('clip-texts.npy'))),
  dropped('zip', 8, zipFiles),
  dropped('hdf5', 3, mutated(formats('lzf.hdf5', 'types.hdf5', 'keras-2.h5'))),
  dropped('keras', 2, mutated(formats('keras-3.keras'))),
  dropped('tfjs', 6, tfjsFiles, mutated([folder('fixtures/formats/tfjs')])),
  dropped(
    'beside',
    8,
    sideFiles,
    mutated([
      ['config.json', 'preprocessor_config.json'].map((name) => repository(`fixtures/formats/huggingface/${name}`)),
      formats('keras-classroom.json').flat(),
    ]),
  ),
  dropped('idx', 8, mutated([idxPair])),
  dropped('cifar', 6, mutated([[cifar]])),
  dropped('csv', 8, tableFiles, mutated([[csv]])),
  dropped('parquet', 3, mutated([[repository('fixtures/images/digits-test-00000-of-00001.parquet')]])),
  dropped(
    'archives',
    4,
    mutated([
      ...['gnu', 'posix', 'ustar'].map((kind) => [repository(`fixtures/images/flowers-${kind}.tar.gz`)]),
      [imagesNpz],
      [stored('tree.zip', { 'cats/1.png': new Uint8Array(40), 'dogs/2.png': new Uint8Array(40) })],
      [{ name: 'x.csv.gz', bytes: gzip(csv.bytes) }],
    ]),
  ),
  dropped('packed', 1, packedFiles),
  dropped('names', 4, oddlyNamed),
  { name: 'recipe', share: 8, input: changedJson(recipes), read: (files) => nothing(readRecipe(fileOf(files))) },
  {
    name: 'session',
    share: 8,
    input: changedJson([session]),
    read: (files) =>
      nothing(
        readSession(fileOf(files)).then((saved) =>
          unpackSession(saved, { runs: [], loaded: new Map(), idFor: () => 'r' }),
        ),
      ),
  },
  {
    name: 'link',
    share: 8,
    input: fc.oneof(
      mutated(recipes.map((recipe) => text(linkHash(recipeSchema.parse(JSON.parse(recipe)))))),
      fc.string().map((hash) => text(`#recipe=${hash}`)),
    ),
    read: async ([only]) => {
      const link = readHash(new TextDecoder().decode(only?.bytes));
      if (link && 'problem' in link)
        return [new StudioError({ kind: 'recipe', message: link.problem, advice: 'Copy it again.' })];
      return link ? nothing(readRecipe(link.value)) : [];
    },
  },
];
