/** Trains two networks of one's own and makes them sources. */
import type { StudioErrorInfo } from '../../engine/errors.ts';
import type { SourceInfo } from '../../worker/protocol.ts';
import type { TrainedSource } from '../../worker/protocol-training.ts';
import { availableImages } from '../recipe/assign-images.ts';
import type { DraftSource } from '../recipe/draft.ts';
import { defaultFsMerge, freeColour } from '../recipe/draft.ts';
import type { OwnDraft } from '../recipe/own-draft.ts';
import { smallMerge, toTrainings, withImages } from '../recipe/own-draft.ts';
import { attempt, client, listenToTraining } from '../session.ts';
import { useFiles } from '../stores/files.ts';
import type { OwnCurve } from '../stores/own.ts';
import { applyTrainingEvent, shareDone, useOwn } from '../stores/own.ts';
import { editDraft, editFsMerge, useRecipe } from '../stores/recipe.ts';
import { isBusy, useRuns } from '../stores/runs.ts';
import { notify, openCards, useUi } from '../stores/ui.ts';
import { loadDemoFiles } from './demo.ts';
import { removeSource } from './files.ts';
import { loadFiles } from './load.ts';

/** Images that come with the studio. */
export const demoImages = [
  { path: 'images/mnist.npz', title: 'MNIST: handwritten digits' },
  { path: 'images/fashion-mnist.npz', title: 'Fashion-MNIST: pictures of clothes' },
] as const;

/** In the dialog, and on the page where it is closed. */
function tell(error: StudioErrorInfo): void {
  useOwn.setState({ error });
  if (!useUi.getState().own) notify('page', error);
}

/** Takes images of the demo, fetching them once, or others that are loaded. */
export async function chooseOwnImages(choice: string): Promise<void> {
  useOwn.setState({ error: null });
  const isDemo = demoImages.some(({ path }) => path === choice);
  const id = isDemo ? await fetchImages(choice) : choice;
  const images = id === null ? undefined : useFiles.getState().images[id];
  if (images) useOwn.setState(({ draft }) => ({ draft: withImages(draft, images) }));
}

async function fetchImages(path: string): Promise<string | null> {
  const ids = await attempt(tell, () => loadDemoFiles([path]));
  useFiles.setState({ loading: null });
  return ids?.get(path) ?? null;
}

/** When the panel opens: images that are loaded, else the digits of the demo. */
export function startWithImages(): void {
  const { images } = useFiles.getState();
  const { draft } = useOwn.getState();
  if (draft.images !== null && draft.images in images) return;
  void chooseOwnImages(Object.keys(images)[0] ?? demoImages[0].path);
}

// ---- asking what a training takes ----

/** Time to go on typing before the worker is asked, in milliseconds. */
const patience = 150;
let latest = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

useOwn.subscribe(({ draft }, before) => {
  if (draft === before.draft) return;
  clearTimeout(timer);
  timer = setTimeout(() => void checkOwn(draft), patience);
});

async function checkOwn(draft: OwnDraft): Promise<void> {
  const own = ++latest;
  const recipes = toTrainings(draft).map(({ recipe }) => recipe);
  const check = await attempt(tell, () => client.checkTraining(recipes));
  if (own === latest) useOwn.setState({ check });
}

// ---- training ----

listenToTraining((event) => {
  applyTrainingEvent(event);
  const done = Math.floor(100 * shareDone(useOwn.getState().curves));
  useRuns.setState(({ training }) => ({ training: training === null ? null : `Training two networks: ${done} %` }));
});

/** Trains both networks; they become sources, and their images the sources'. */
export async function trainOwn(): Promise<void> {
  const { draft, replace } = useOwn.getState();
  if (isBusy(useRuns.getState())) return;
  useRuns.setState({ training: 'Training two networks' });
  const trainings = toTrainings(draft);
  const taken = replace ? [] : useRecipe.getState().draft.sources;
  useOwn.setState({
    error: null,
    curves: curvesFor(
      trainings.map(({ name }) => name),
      taken,
    ),
  });
  const trained = await attempt(tell, () => client.trainSources(trainings));
  useRuns.setState({ training: null });
  if (!trained) {
    useOwn.setState({ curves: [] });
    return;
  }
  useOwn.setState(({ curves }) => ({
    curves: curves.map((curve, index) => ({ ...curve, trained: trained[index] ?? null })),
  }));
  await becomeSources(trained, draft, replace);
}

function curvesFor(names: readonly string[], taken: readonly DraftSource[]): OwnCurve[] {
  const curves: OwnCurve[] = [];
  for (const name of names) {
    const colour = freeColour([...taken, ...curves]);
    curves.push({ name, colour, steps: 0, losses: [], accuracies: [], trained: null });
  }
  return curves;
}

async function becomeSources(trained: readonly TrainedSource[], draft: OwnDraft, replace: boolean): Promise<void> {
  if (replace) for (const { file } of useRecipe.getState().draft.sources) await removeSource(file);
  const files = trained.map(({ name, blob }) => ({ path: name, file: new File([blob], name) }));
  const loaded = await loadFiles(files);
  if (!loaded) return;
  const sources = [...useRecipe.getState().draft.sources];
  const made = { ...useFiles.getState().made };
  for (const [index, info] of loaded.sources.entries()) {
    sources.push(sourceOf(info, sources, draft, draft.networks[index]?.labels ?? []));
    const file = files[index]?.file;
    if (file) made[info.id] = file;
  }
  useFiles.setState({ made });
  editDraft(() => ({ sources }));
  // Options that a person chose stay.
  if (useRecipe.getState().draft.fsMerge === defaultFsMerge) editFsMerge(smallMerge(draft.kind));
  openCards({ sources: true, images: true, method: true, run: true });
}

/** Training images that a task starts with. */
const usualTrain = 1000;

function sourceOf(info: SourceInfo, others: DraftSource[], { images }: OwnDraft, labels: number[]): DraftSource {
  const file = images === null ? undefined : useFiles.getState().images[images];
  const train = file && Math.max(1, Math.min(usualTrain, availableImages(file, labels).train));
  return {
    file: info.id,
    name: info.id.replace(/\.safetensors/, ''),
    facts: {},
    texts: null,
    images: file && train ? { file: file.id, labels, train, augmented: 0, validation: 0 } : null,
    colour: freeColour(others),
    imagesByHand: true,
  };
}

/** Ends the training; what is learned becomes sources. */
export const stopOwn = (): Promise<void | null> => attempt(tell, () => client.stopTraining());

/** Ends the training; nothing is kept. */
export const cancelOwn = (): Promise<void | null> => attempt(tell, () => client.cancelTraining());
