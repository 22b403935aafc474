/** Writes a run's merged network as files, and proves that they are right. */

import type { ExportContainer } from '../engine/architectures/export.ts';
import { exportContainers, exportFiles, recipeMetadata } from '../engine/architectures/export.ts';
import type { Model } from '../engine/architectures/model.ts';
import { countParameters } from '../engine/architectures/model.ts';
import type { NamingScheme, SchemeMatch } from '../engine/architectures/naming.ts';
import { schemes } from '../engine/architectures/schemes/schemes.ts';
import type { TaskImages } from '../engine/datasets/images.ts';
import { StudioError } from '../engine/errors.ts';
import type { Predictor } from '../engine/evaluation/evaluate.ts';
import { checkBytes, readBack } from '../engine/evaluation/read-back.ts';
import type { OutputFile } from '../engine/formats/write/output.ts';
import { jsonFile } from '../engine/formats/write/output.ts';
import type { Recipe } from '../engine/recipe.ts';
import type { ByteSource, NamedSource } from '../engine/tensors/byte-source.ts';
import { blobSource } from '../engine/tensors/byte-source.ts';
import type { ExportChoices, ExportOptions, ExportPlace, ExportReport, WrittenFile } from './protocol.ts';
import type { Run } from './run.ts';

export interface Exported {
  model: Model;
  /** Naming of the first source. */
  naming: Pick<SchemeMatch, 'scheme' | 'rulesFor'>;
  recipe: Recipe;
  tasks: readonly TaskImages[];
}

/** Throws `StudioError` when a run has no network to write. */
export function exportedOf({ id, outcome, context, naming, recipe }: Run): Exported {
  if (outcome?.model && context) return { model: outcome.model, naming, recipe, tasks: context.tasks };
  throw new StudioError({
    kind: 'run',
    message: outcome
      ? 'An ensemble is not one network, so there is nothing to export.'
      : 'The run has no merged model yet.',
    advice: outcome ? 'Choose another run.' : 'Wait until the run is done, or stop it to keep what it has learned.',
    subject: id,
  });
}

/** Containers whose tensors have the scheme's names. */
const named: ReadonlySet<ExportContainer> = new Set(['safetensors', 'pytorch', 'npz']);

export function exportChoices({ model, naming }: Exported): ExportChoices {
  const own = { name: naming.scheme, problem: reasonOf(() => naming.rulesFor(model.architecture)) };
  const others = schemes
    .filter(({ name }) => name !== naming.scheme)
    .map(({ name, holds }) => ({ name, problem: holds(model.architecture) }));
  const rulesFor = () => [];
  const containers = exportContainers.map((container) => ({
    name: container,
    problem: named.has(container)
      ? null
      : reasonOf(() => exportFiles(model, { rulesFor }, { container, floatType: 'F32', name: 'model', metadata: {} })),
  }));
  return { schemes: [own, ...others], containers, parameters: countParameters(model.architecture) };
}

function reasonOf(attempt: () => unknown): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof StudioError) return error.message;
    throw error;
  }
}

/** Throws `StudioError` when something cannot be written, or is not what it should be when it is read back. */
export async function writeExport(
  exported: Exported,
  options: ExportOptions,
  place: ExportPlace,
  predictor: Predictor,
): Promise<ExportReport> {
  const { model, recipe, tasks } = exported;
  const { container, floatType, name, shardBytes } = options;
  const scheme = schemes.find((one) => one.name === options.scheme) ?? null;
  const naming = options.scheme === exported.naming.scheme ? exported.naming : schemeNamed(scheme, options.scheme);
  const metadata = recipeMetadata(recipe);
  const outputs = exportFiles(model, naming, {
    container,
    floatType,
    name,
    metadata,
    shardBytes: shardBytes ?? undefined,
  });
  const beside = named.has(container) ? besideFiles(scheme, model) : [];
  const written: { file: WrittenFile; source: ByteSource }[] = [];
  for (const output of [...outputs, ...beside]) written.push(await write(output, place));
  const readable = named.has(container);
  if (!readable) for (const [index, output] of outputs.entries()) await checkBytes(output, written[index]!.source);
  const files: NamedSource[] = written
    .slice(0, outputs.length)
    .map(({ file, source }) => ({ name: file.name, source }));
  return {
    files: written.map(({ file }) => file),
    scheme: readable ? options.scheme : null,
    readBack: readable ? await readBack({ files, model, naming, floatType }, predictor, tasks) : null,
  };
}

function schemeNamed(scheme: NamingScheme | null, name: string): NamingScheme {
  if (scheme) return scheme;
  throw new StudioError({
    kind: 'recipe',
    message: `There is no naming scheme "${name}".`,
    advice: `Choose one of ${schemes.map((one) => one.name).join(', ')}.`,
    subject: 'scheme',
  });
}

/** What loaders look for beside the weights; the merged network takes pixels from 0 to 1. */
function besideFiles(scheme: NamingScheme | null, { architecture }: Model): OutputFile[] {
  const config = scheme?.config?.(architecture);
  if (!config) return [];
  const files = [jsonFile('config.json', config)];
  if (architecture.kind === 'vit') {
    const size = { height: architecture.image, width: architecture.image };
    files.push(
      jsonFile('preprocessor_config.json', { do_normalize: false, do_rescale: true, rescale_factor: 1 / 255, size }),
    );
  }
  return files;
}

/** Piece by piece: into a file of the folder, or into a blob, which the browser may keep on the disk. */
async function write(output: OutputFile, place: ExportPlace): Promise<{ file: WrittenFile; source: ByteSource }> {
  const { name, bytes } = output;
  if (place === null) {
    const blob = new Blob(
      [...output.chunks()].map((chunk) => new Blob([chunk])),
      { type: 'application/octet-stream' },
    );
    return { file: { name, bytes, blob }, source: blobSource(blob) };
  }
  const handle = await place.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  for (const chunk of output.chunks()) await stream.write(chunk);
  await stream.close();
  return { file: { name, bytes, blob: null }, source: blobSource(await handle.getFile()) };
}
