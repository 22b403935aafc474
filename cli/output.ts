/** Where an output goes, and what its ending says of it. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { ExportContainer } from '../src/engine/architectures/export.ts';
import { UsageError } from './errors.ts';

export interface Output {
  path: string;
  folder: string;
  /** Of the file, without its ending. */
  name: string;
  container: ExportContainer;
}

const containers: Readonly<Record<string, ExportContainer>> = {
  '.safetensors': 'safetensors',
  '.pt': 'pytorch',
  '.npz': 'npz',
  '.onnx': 'onnx',
};

/** Throws `UsageError` where the file cannot be written. */
export function outputOf(given: string): Output {
  const path = resolve(given);
  const [folder, ending] = [dirname(path), extname(path)];
  const container = containers[ending];
  if (!container) throw new UsageError(`${given} ends in none of ${Object.keys(containers).join(', ')}.`);
  if (!existsSync(folder)) throw new UsageError(`There is no folder ${folder} for ${given}.`);
  return { path, folder, name: basename(path, ending), container };
}

/** The model where it was asked for; what comes beside it never over a file of somebody else's. */
export function placeFor({ folder, name }: Output, file: string): string {
  const own = file.startsWith(`${name}.`);
  return join(folder, own || !existsSync(join(folder, file)) ? file : `${name}.${file}`);
}
