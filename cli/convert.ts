/** `fs-merge convert`: the same network under other names, in another container, in other numbers. */
import { open, rename, rm } from 'node:fs/promises';
import { exportFiles } from '../src/engine/architectures/export.ts';
import { schemes } from '../src/engine/architectures/schemes/schemes.ts';
import type { Source } from '../src/engine/architectures/source.ts';
import { readWeights } from '../src/engine/architectures/tables.ts';
import { StudioError } from '../src/engine/errors.ts';
import type { ExportFloat, OutputFile } from '../src/engine/formats/write/output.ts';
import { jsonFile } from '../src/engine/formats/write/output.ts';
import { openFiles } from './checkpoints.ts';
import { MergeFailed, UsageError } from './errors.ts';
import { handedBy } from './files.ts';
import type { Output } from './output.ts';
import { outputOf, placeFor } from './output.ts';

export interface ConvertOptions {
  scheme?: string;
  dtype: ExportFloat;
}

/** Throws `UsageError`, or `MergeFailed` for a checkpoint that is not understood or does not fit the scheme. */
export async function convertFile(given: string, to: string, { scheme, dtype }: ConvertOptions): Promise<void> {
  const output = outputOf(to);
  const { library, loaded } = await openFiles(handedBy(given));
  const [only, ...others] = loaded.sources;
  if (!only || others.length > 0)
    throw new UsageError(`${given} holds ${loaded.sources.length} checkpoints; give one.`);
  try {
    for (const file of await filesOf(library.source(only.id), output, scheme, dtype)) {
      const path = placeFor(output, file.name);
      await write(path, file);
      process.stdout.write(`${path}\n`);
    }
  } catch (error) {
    throw error instanceof StudioError ? new MergeFailed(error.info) : error;
  }
}

async function filesOf(
  { checkpoint, match }: Source,
  { name, container }: Output,
  scheme: string | undefined,
  floatType: ExportFloat,
) {
  const other = scheme === undefined ? null : schemes.find((one) => one.name === scheme);
  if (other === undefined)
    throw new UsageError(`--scheme ${scheme} is none of ${schemes.map((one) => one.name).join(', ')}.`);
  const { architecture, facts } = match;
  const model = { architecture, weights: await readWeights(checkpoint, match) };
  const written = { mean: facts.mean.value, std: facts.std.value, labels: facts.labels?.value };
  const own = exportFiles(model, other ?? match, { container, floatType, name, metadata: {}, written });
  const config = other?.config?.(architecture);
  return config ? [...own, jsonFile('config.json', config)] : own;
}

/** To the side first: a conversion that is broken off leaves no half file under its name. */
async function write(path: string, file: OutputFile): Promise<void> {
  const aside = `${path}.new`;
  const handle = await open(aside, 'w');
  try {
    for (const chunk of file.chunks()) await handle.write(chunk);
    await handle.close();
    await rename(aside, path);
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(aside, { force: true });
    throw error;
  }
}
