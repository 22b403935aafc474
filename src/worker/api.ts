/** The worker's side of the protocol: a plain object that tests call directly and the page calls through comlink. */

import { alignModels } from '../engine/alignment/align.ts';
import type { BackendOptions } from '../engine/backends/backends.ts';
import { useBackend } from '../engine/backends/backends.ts';
import type { KernelChoices } from '../engine/backends/webgpu/start.ts';
import { augmentImages } from '../engine/datasets/augment.ts';
import { labelsByName } from '../engine/datasets/label-map.ts';
import { StudioError } from '../engine/errors.ts';
import { closerLook } from '../engine/evaluation/closer-look.ts';
import type { Predictor } from '../engine/evaluation/evaluate.ts';
import { evaluate } from '../engine/evaluation/evaluate.ts';
import type { MatrixReader } from '../engine/inspection/matrices.ts';
import { savedMatrices } from '../engine/inspection/matrices.ts';
import { memoryProblem } from '../engine/merging/memory.ts';
import type { MergeContext, MergeCost } from '../engine/merging/method.ts';
import { seededRandom } from '../engine/random.ts';
import type { Recipe } from '../engine/recipe.ts';
import { writeSuperNet } from '../engine/supernet/supernet-file.ts';
import { blobSource } from '../engine/tensors/byte-source.ts';
import { demonstrate } from '../engine/theory/demonstrate.ts';
import type { Crew } from '../engine/training/crew.ts';
import { Workspace } from '../engine/workspace.ts';
import { decodeImage } from './decode-image.ts';
import { describeSource, describeTaken, drawThumbnails, mixedImages } from './describe.ts';
import { exportChoices, exportedOf, writeExport } from './export.ts';
import { describeMatrices, readMatrix } from './matrices.ts';
import { Measuring } from './measuring.ts';
import { misreadings } from './misread.ts';
import { withModel } from './model-choice.ts';
import type { BackendChoice, BackendStatus, StudioApi, StudioEvent } from './protocol.ts';
import { Run, reconstructionFor } from './run.ts';
import { sessionMethods } from './sessions.ts';
import { SourceTraining } from './train-source.ts';
import { transferring } from './transfer.ts';

export interface Surroundings {
  wasmPaths: BackendOptions['wasmPaths'];
  /** Trains along where the backend is wasm. */
  crew?: Crew;
  /** Remembers the kernels of a GPU. */
  kernelChoices?: () => Promise<KernelChoices>;
}

export function createApi({ wasmPaths, crew, kernelChoices }: Surroundings): StudioApi {
  const workspace = new Workspace();
  const runs = new Map<string, Run>();
  const measuring = new Measuring();
  let send: (event: StudioEvent) => void = () => {};
  let status: BackendStatus | null = null;
  let broken = false;

  const training = new SourceTraining(
    (id) => workspace.imageFile(id),
    (event) => send(event),
  );

  const activeRuns = () => [...runs.values()].filter((run) => run.active);

  async function chooseBackend(choice: BackendChoice): Promise<BackendStatus> {
    const chosen = await useBackend(choice, { wasmPaths, onGpuError, kernelChoices: await kernelChoices?.() });
    const threads = chosen.name === 'wasm' ? (crew?.threads ?? 1) : 1;
    status = threads > 1 ? { ...chosen, label: `${chosen.label} · ${threads} threads` } : chosen;
    broken = false;
    return status;
  }

  function onGpuError(error: StudioError): void {
    if (broken) return; // one failure tells it all; the rest follows from it
    broken = true;
    for (const run of activeRuns()) run.fail(error);
    training.fail(error);
    if (status) send({ type: 'backend', status, error: error.info });
  }

  function checkNothingTrains(): void {
    if (!training.active && !activeRuns().some((run) => run.trains)) return;
    throw new StudioError({
      kind: 'run',
      message: 'Another run, or a training of sources, is still under way.',
      advice: 'Stop it first, or let it finish.',
    });
  }

  const fits = (cost: MergeCost) => status && memoryProblem(cost.memory, status.memory, status.label);

  async function contextOf(recipe: Recipe): Promise<MergeContext> {
    const context = await workspace.context(recipe, fits);
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

    async load(files) {
      const named = files.map(({ path, file }) => ({ name: path, source: blobSource(file) }));
      const taken = await workspace.take(named, {
        decode: decodeImage,
        note: (note) => send({ type: 'loading', note }),
      });
      return describeTaken(taken, (id) => workspace.source(id));
    },

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
      return training.train(trainings, async () => {
        await measuring.end();
        if (broken && status) send({ type: 'backend', status: await chooseBackend(status.choice) });
      });
    },
    stopTraining: async () => training.stop(),
    cancelTraining: async () => training.cancel(),

    async check(recipe) {
      const problems = await workspace.problems(recipe, fits);
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

    async run(id, recipe) {
      const [first] = recipe.sources;
      if (!first) {
        throw new StudioError({
          kind: 'sources',
          message: 'There are no sources yet.',
          advice: 'Drop at least two checkpoints.',
        });
      }
      if ('epochs' in recipe.method) checkNothingTrains();
      const run = new Run(id, recipe, workspace.source(first.file).match, (event) => send(event));
      runs.set(id, run);
      void run.drive(async () => {
        if (broken && status) send({ type: 'backend', status: await chooseBackend(status.choice) });
        await measuring.end();
        return contextOf(recipe);
      });
    },

    async pause(id) {
      findRun(id).pause();
    },
    async step(id) {
      findRun(id).step();
    },
    async resume(id) {
      findRun(id).resume();
    },
    async stop(id) {
      findRun(id).stop();
    },

    async discard(id) {
      runs.get(id)?.stop();
      runs.delete(id);
    },

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

    async exportSuperNet(id, name) {
      const { outcome, recipe } = findRun(id);
      if (!outcome?.supernet) {
        throw new StudioError({
          kind: 'run',
          message: 'The run has no SuperNet to save.',
          advice: 'Choose a run of FS-Merge that is done, or stop it to keep what it has learned.',
          subject: id,
        });
      }
      const bytes = writeSuperNet(outcome.supernet, recipe);
      return transferring({ name: `${name}.supernet.safetensors`, bytes }, [bytes.buffer]);
    },

    async exportChoices(id) {
      return exportChoices(exportedOf(findRun(id)));
    },

    async exportModel(id, options, place) {
      const run = findRun(id);
      const exported = exportedOf(run);
      const predictor = run.outcome?.predictor();
      try {
        return await writeExport(exported, options, place, predictor as Predictor);
      } finally {
        predictor?.dispose();
      }
    },
  };
}
