/** The worker's side of the protocol: a plain object that tests call directly and the page calls through comlink. */

import { alignModels } from '../engine/alignment/align.ts';
import type { BackendOptions } from '../engine/backends/backends.ts';
import { useBackend } from '../engine/backends/backends.ts';
import type { KernelChoices } from '../engine/backends/webgpu/start.ts';
import { augmentImages } from '../engine/datasets/augment.ts';
import { labelsByName } from '../engine/datasets/label-map.ts';
import { StudioError } from '../engine/errors.ts';
import { closerLook } from '../engine/evaluation/closer-look.ts';
import { evaluate } from '../engine/evaluation/evaluate.ts';
import type { MatrixReader } from '../engine/inspection/matrices.ts';
import { savedMatrices } from '../engine/inspection/matrices.ts';
import { lessMemory } from '../engine/merging/less-memory.ts';
import { memoryProblem } from '../engine/merging/memory.ts';
import type { MergeContext, MergeCost } from '../engine/merging/method.ts';
import { seededRandom } from '../engine/random.ts';
import type { Recipe } from '../engine/recipe.ts';
import { blobSource } from '../engine/tensors/byte-source.ts';
import { demonstrate } from '../engine/theory/demonstrate.ts';
import type { Crew } from '../engine/training/crew.ts';
import { Workspace } from '../engine/workspace.ts';
import { decodeImage } from './decode-image.ts';
import { describeSource, describeTaken, drawThumbnails, mixedImages } from './describe.ts';
import { exportMethods } from './export-methods.ts';
import { Drops } from './keeping/drops.ts';
import type { Copier } from './keeping/keeping.ts';
import { Keeping } from './keeping/keeping.ts';
import { hold } from './keeping/locks.ts';
import type { OpenRoot } from './keeping/place.ts';
import { browserRoot } from './keeping/place.ts';
import { describeMatrices, readMatrix } from './matrices.ts';
import { Measuring } from './measuring.ts';
import { misreadings } from './misread.ts';
import { withModel } from './model-choice.ts';
import type { BackendChoice, BackendStatus, DroppedFile, LoadResult, StudioApi, StudioEvent } from './protocol.ts';
import { reconstructionFor } from './reconstruct.ts';
import type { Run } from './run.ts';
import { runMethods } from './runs.ts';
import { sessionMethods } from './sessions.ts';
import { SourceTraining } from './train-source.ts';
import { errorInfo, transferring } from './transfer.ts';

export interface Surroundings {
  wasmPaths: BackendOptions['wasmPaths'];
  /** Trains along where the backend is wasm. */
  crew?: Crew;
  /** Remembers the kernels of a GPU. */
  kernelChoices?: () => Promise<KernelChoices>;
  /** Where runs are kept while they train. */
  root?: OpenRoot;
  copier?: Copier;
}

export function createApi(surroundings: Surroundings): StudioApi {
  const { wasmPaths, crew, kernelChoices, root = browserRoot, copier = async () => {} } = surroundings;
  const keeping = new Keeping(root, copier);
  const drops = new Drops();
  const workspace = new Workspace();
  const runs = new Map<string, Run>();
  const measuring = new Measuring();
  let send: (event: StudioEvent) => void = () => {};
  let status: BackendStatus | null = null;
  let broken = false;
  const tell = (event: StudioEvent) => send(event);

  const training = new SourceTraining((id) => workspace.imageFile(id), tell);

  const activeRuns = () => [...runs.values()].filter((run) => run.active);

  async function chooseBackend(choice: BackendChoice): Promise<BackendStatus> {
    const chosen = await useBackend(choice, { wasmPaths, onGpuError, kernelChoices: await kernelChoices?.() });
    const threads = chosen.name === 'wasm' ? (crew?.threads ?? 1) : 1;
    status = threads > 1 ? { ...chosen, label: `${chosen.label} · ${threads} threads` } : chosen;
    broken = false;
    return status;
  }

  function onGpuError(error: StudioError, lost: boolean): void {
    if (broken) return; // one failure tells it all; the rest follows from it
    broken = true;
    const runs = activeRuns();
    for (const run of runs) lost ? run.lose(error) : run.fail(error);
    training.fail(error);
    // A run that goes on says so itself.
    if (status && !(lost && runs.length > 0)) send({ type: 'backend', status, error: error.info });
  }

  /** A backend that works: a GPU that was lost is asked for again, and where it does not come back WASM takes its place. */
  async function ready(): Promise<BackendStatus> {
    if (status && !broken) return status;
    const { choice } = status ?? { choice: 'auto' };
    try {
      const chosen = await chooseBackend(choice);
      send({ type: 'backend', status: chosen });
      return chosen;
    } catch (error) {
      if (choice !== 'webgpu') throw error;
      const chosen = await chooseBackend('wasm');
      send({ type: 'backend', status: chosen, error: errorInfo(error) });
      return chosen;
    }
  }

  /** The same, and nothing else uses it. */
  async function free(): Promise<BackendStatus> {
    await measuring.end();
    return ready();
  }

  function checkNothingTrains(): void {
    if (!training.active && !activeRuns().some((run) => run.trains)) return;
    throw new StudioError({
      kind: 'run',
      message: 'Another run, or a training of sources, is still under way.',
      advice: 'Stop it first, or let it finish.',
    });
  }

  const fitsFor = (recipe: Recipe) => (cost: MergeCost) =>
    status &&
    memoryProblem(cost.memory, status.memory, status.label, (most) =>
      lessMemory(recipe.method, (method) => workspace.cost({ ...recipe, method }), most),
    );

  async function load(files: DroppedFile[]): Promise<LoadResult> {
    const named = files.map(({ path, file }) => ({ name: path, source: blobSource(file) }));
    const taken = await workspace.take(named, {
      decode: decodeImage,
      note: (note) => send({ type: 'loading', note }),
    });
    drops.add(files, taken);
    return describeTaken(taken, (id) => workspace.source(id));
  }

  async function contextOf(recipe: Recipe): Promise<MergeContext> {
    const context = await workspace.context(recipe, fitsFor(recipe));
    return { ...context, crew: status?.name === 'wasm' ? (crew ?? null) : null };
  }

  function findRun(id: string): Run {
    const run = runs.get(id);
    if (run) return run;
    throw new StudioError({
      kind: 'run',
      message: `There is no run "${id}".`,
      advice: 'Start a run first.',
      subject: id,
    });
  }

  async function matricesOf(id: string, step?: number): Promise<MatrixReader> {
    if (!runs.has(id) && workspace.hasSuperNet(id)) return savedMatrices(await workspace.superNet(id).load(), 0);
    const { matrices, snapshots } = findRun(id);
    // A snapshot may have been thinned out since the page heard of it.
    const reader = step === undefined ? matrices : (snapshots.at(step) ?? matrices);
    if (reader) return reader;
    throw new StudioError({
      kind: 'run',
      message: 'This run has no M and U to look at.',
      advice: 'Choose a run of FS-Merge that has started to train.',
      subject: id,
    });
  }

  return {
    async start(onEvent, choice) {
      send = onEvent;
      return chooseBackend(choice);
    },

    live: async (lock) => void (await hold(lock)),

    async setBackend(choice) {
      if (activeRuns().length > 0 || training.active) {
        throw new StudioError({
          kind: 'backend',
          message: 'The backend cannot change in the middle of a run or training.',
          advice: 'Stop it first, or let it finish.',
        });
      }
      return chooseBackend(choice);
    },

    load,

    async labelsByName(source, images) {
      const { labels } = workspace.source(source).match.facts;
      const { labelNames } = workspace.imageFile(images);
      return labels && labelNames ? labelsByName(labels.value, labelNames) : [];
    },

    async setFacts(source, facts) {
      return describeSource(source, workspace.setFacts(source, facts));
    },

    async remove(id) {
      workspace.remove(id);
    },

    ...sessionMethods(workspace),

    async thumbnails(images, labels, count) {
      const thumbnails = drawThumbnails(mixedImages(workspace.imageFile(images), labels, count));
      return transferring(thumbnails, [thumbnails.pixels.buffer]);
    },

    async augmented(images, labels, count, options, seed) {
      const originals = mixedImages(workspace.imageFile(images), labels, count);
      const thumbnails = drawThumbnails(augmentImages(originals, count, options, seededRandom(seed)));
      return transferring(thumbnails, [thumbnails.pixels.buffer]);
    },

    checkTraining: async (recipes) => training.check(recipes),
    async trainSources(trainings) {
      checkNothingTrains();
      return training.train(trainings, async () => void (await free()));
    },
    stopTraining: async () => training.stop(),
    cancelTraining: async () => training.cancel(),

    async check(recipe) {
      const problems = await workspace.problems(recipe, fitsFor(recipe));
      const known = problems.every(({ subject }) => subject === 'memory');
      return { problems: problems.map((problem) => problem.info), cost: known ? workspace.cost(recipe) : null };
    },

    async measureStep(recipe) {
      if (activeRuns().length > 0 || training.active) return null;
      return measuring.measure(recipe, () => contextOf(recipe));
    },

    async layers(recipe) {
      return workspace.layers(recipe);
    },

    async demonstrate(recipe, layer) {
      const { models, tasks, seed } = await workspace.context(recipe);
      return demonstrate(alignModels(models, recipe.alignment), tasks, layer, seed);
    },

    evaluateSource: (recipe, source) =>
      withModel({ recipe, source }, workspace, findRun, async ({ predictor, network, context }) => ({
        ...(await evaluate(predictor, context.tasks)),
        reconstruction: await reconstructionFor(network, context),
      })),

    ...runMethods({
      runs,
      workspace,
      keeping,
      drops,
      checkNothingTrains,
      contextOf,
      ready: free,
      findRun,
      send: tell,
    }),

    closerLook: (choice) =>
      withModel(choice, workspace, findRun, ({ predictor, network, context: { models, tasks, seed } }) =>
        closerLook(predictor, network, models, tasks, seed),
      ),

    misread: (choice, count) => withModel(choice, workspace, findRun, (model) => misreadings(model, count)),

    async snapshots(id) {
      return runs.get(id)?.snapshots.steps ?? [];
    },
    async matrices(id, step) {
      return describeMatrices(await matricesOf(id, step));
    },
    async matrix(id, name, step) {
      return readMatrix(await matricesOf(id, step), name);
    },

    ...exportMethods(findRun),
  };
}
