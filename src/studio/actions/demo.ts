/** Ready merges that come with the studio: one click loads the files, fills the recipe, trains and compares. */
import type { Recipe } from '../../engine/recipe.ts';
import type { DroppedFile } from '../../worker/protocol.ts';
import { fromRecipe } from '../recipe/draft.ts';
import { withFileNames } from '../recipe/files-of.ts';
import { attempt } from '../session.ts';
import { useFiles } from '../stores/files.ts';
import { editDraft } from '../stores/recipe.ts';
import { isBusy, useRuns } from '../stores/runs.ts';
import { notify, showTab } from '../stores/ui.ts';
import { checkRecipe } from './check.ts';
import { runComparisons } from './compare.ts';
import { takeFiles } from './files.ts';
import { loadFiles } from './load.ts';
import { ending, startRun } from './runs.ts';

/** Files in `demo/recipes`. */
const demoRecipes = ['mlp', 'vit', 'mlp-full', 'vit-full'] as const;
export type DemoRecipe = (typeof demoRecipes)[number];
export type DemoId = DemoRecipe | 'few-images';

interface Demo {
  id: DemoId;
  title: string;
  /** What it does, and how long it takes on two cores without a GPU. */
  line: string;
}

/** What a newcomer runs first. */
export const experiments: readonly Demo[] = [
  {
    id: 'mlp',
    title: 'Two digit experts · MLP',
    line: 'Local FS-Merge, layer by layer: one knows 0 to 4, one 5 to 9, the merge all ten. About 10 seconds.',
  },
  {
    id: 'vit',
    title: 'Digits and clothes · ViT',
    line: 'Global low-rank FS-Merge: two vision transformers of different tasks become one. About 1 minute.',
  },
  {
    id: 'few-images',
    title: 'FS-Merge against distillation',
    line: 'The digit experts with 16 images of each task, then more and more: one chart. About half a minute.',
  },
];

/** The experiments, and the pairs with all that M and U can learn. */
export const demos: readonly Demo[] = [
  ...experiments,
  {
    id: 'mlp-full',
    title: 'Two digit experts, global and full',
    line: 'All layers trained together, every entry of M and U learned. About 10 seconds.',
  },
  {
    id: 'vit-full',
    title: 'Digits and clothes, global and full',
    line: 'Every entry of M and U learned. About 1 minute.',
  },
];

/** A file in `demo/recipes`: the recipe, and where its files are under `demo/`. */
export interface DemoFile {
  recipe: Recipe;
  files: string[];
}

/** Loaded demo files: path → the name that the worker gave it. */
const loadedAs = new Map<string, string>();

export async function playDemo(id: DemoId): Promise<void> {
  const recipe = await openDemo(id === 'few-images' ? 'mlp-full' : id);
  if (!recipe) return;
  if (id === 'few-images') {
    showTab('compare');
    await runComparisons(recipe);
    const { growImages } = await import('./growth.ts');
    return growImages(recipe);
  }
  const run = await startRun();
  if (run && (await ending(run))?.result) await runComparisons(recipe);
}

/** Loads a demo's files and fills the cards. Null when something else is under way, or could not be read, which is told then. */
export async function openDemo(id: DemoRecipe): Promise<Recipe | null> {
  if (useFiles.getState().loading !== null || isBusy(useRuns.getState())) return null;
  const recipe = await attempt(
    (info) => notify('page', info),
    () => prepareDemo(id),
  );
  useFiles.setState({ loading: null });
  if (!recipe) return null;
  editDraft(() => fromRecipe(recipe));
  await checkRecipe();
  return recipe;
}

async function prepareDemo(id: DemoRecipe): Promise<Recipe | null> {
  useFiles.setState({ loading: 'Fetching the demo' });
  const { recipe, files } = (await (await fetchRecipe(id)).json()) as DemoFile;
  const ids = await loadDemoFiles(files);
  if (!ids) return null;
  const names = new Map(files.map((path) => [fileName(path), ids.get(path)]));
  return withFileNames(recipe, (file) => names.get(file) ?? file);
}

/** Fetches files of the demo that are not loaded yet: path → the name that the worker knows it by. Null when one was refused. */
export async function loadDemoFiles(files: readonly string[]): Promise<Map<string, string> | null> {
  useFiles.setState({ loading: 'Fetching the demo' });
  const missing = files.filter((path) => !isLoaded(path));
  if (missing.length > 0) {
    const loaded = await loadFiles(await fetchFiles(missing));
    if (!loaded || loaded.errors.length > 0) return null;
    const ids = [...loaded.sources, ...loaded.images].map((item) => item.id);
    for (const path of missing) loadedAs.set(path, nameOf(fileName(path), ids));
  }
  return new Map(files.map((path) => [path, loadedAs.get(path) ?? fileName(path)]));
}

/** Paths of the demo files that a recipe needs; none unless one of its checkpoints is a demo's. */
export async function demoFilesOf(needed: readonly string[], sources: readonly string[]): Promise<string[]> {
  const recipes = await Promise.all(demoRecipes.map(async (id) => (await (await fetchRecipe(id)).json()) as DemoFile));
  const own = recipes.filter(({ recipe }) => recipe.sources.some(({ file }) => sources.includes(file)));
  return [...new Set(own.flatMap(({ files }) => files.filter((path) => needed.includes(fileName(path)))))];
}

/** Fetches demo files into the places that wait for them. */
export async function takeDemoFiles(paths: readonly string[]): Promise<void> {
  useFiles.setState({ loading: 'Fetching the demo' });
  const files = await attempt(
    (info) => notify('page', info),
    () => fetchFiles(paths),
  );
  useFiles.setState({ loading: null });
  if (!files) return;
  await takeFiles(files);
  const { sources, images } = useFiles.getState();
  for (const path of paths) {
    const name = fileName(path);
    if (name in sources || name in images) loadedAs.set(path, name);
  }
}

const fetchFiles = (paths: readonly string[]): Promise<DroppedFile[]> =>
  Promise.all(
    paths.map(async (path) => {
      const name = fileName(path);
      return { path: name, file: new File([await (await fetchDemo(path)).blob()], name) };
    }),
  );

const fetchRecipe = (id: DemoRecipe): Promise<Response> => fetchDemo(`recipes/${id}.json`);

async function fetchDemo(path: string): Promise<Response> {
  const response = await fetch(`${import.meta.env.BASE_URL}demo/${path}`);
  if (!response.ok) throw new Error(`the demo file ${path} could not be fetched (${response.status})`);
  return response;
}

function isLoaded(path: string): boolean {
  const { sources, images } = useFiles.getState();
  const id = loadedAs.get(path);
  return id !== undefined && (id in sources || id in images);
}

/** The worker adds a counter to a name that is taken. */
const nameOf = (file: string, ids: readonly string[]): string =>
  ids.find((id) => id === file) ?? ids.find((id) => id.startsWith(`${file} (`)) ?? file;

const fileName = (path: string): string => path.split('/').at(-1) ?? path;
