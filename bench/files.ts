/**
 * How long it takes to read a checkpoint of ViT-B/16, beside reading its bytes alone, and how much memory; and what two of them do
 * to the page of the studio.
 *
 *     npm run bench:files                          every kind of file
 *     npm run bench:files -- safetensors pytorch   what is named
 *     npm run bench:files -- --rounds=9            more turns
 *
 * The files are written to a temporary folder first, 1.3 GB for all of them. With `--write` the table takes the place of the last
 * one in docs/performance.md.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportOptions } from '../src/engine/architectures/export.ts';
import { exportFiles } from '../src/engine/architectures/export.ts';
import { countParameters } from '../src/engine/architectures/model.ts';
import type { NamingScheme } from '../src/engine/architectures/naming.ts';
import { flax } from '../src/engine/architectures/schemes/flax.ts';
import { timm } from '../src/engine/architectures/schemes/timm.ts';
import { loadModel, recogniseSource } from '../src/engine/architectures/source.ts';
import { readCheckpoint } from '../src/engine/formats/detect.ts';
import { seededRandom } from '../src/engine/random.ts';
import { randomModel } from '../src/engine/testing/models.ts';
import { table } from './fidelity/experiment.ts';
import { addToPage } from './files/in-page.ts';
import { collectGarbage, memoryNow, openOnDisk, writeTo } from './files/on-disk.ts';
import { page, report } from './keep.ts';
import { vitB } from './support/shapes.ts';
import type { Times, Variant } from './support/timing.ts';
import { both, byTurns, median, ms, quotient, ratio } from './support/timing.ts';
import { chosen, command, option, refuseOthers } from './support/words.ts';

const network = { ...vitB(12).network, classes: 1000 };
/** What a merge needs: every parameter as a 32-bit float. */
const neededBytes = 4 * countParameters(network);
/** Of reading the bytes alone. */
const sliceBytes = 2 ** 22;

type Kind = { what: string; scheme: NamingScheme } & Pick<ExportOptions, 'container' | 'floatType'>;

const kinds: Record<string, Kind> = {
  safetensors: { what: 'safetensors, timm, F32', scheme: timm, container: 'safetensors', floatType: 'F32' },
  pytorch: { what: 'PyTorch, timm, F32', scheme: timm, container: 'pytorch', floatType: 'F32' },
  half: { what: 'safetensors, timm, F16', scheme: timm, container: 'safetensors', floatType: 'F16' },
  flax: { what: 'npz, Flax, F32', scheme: flax, container: 'npz', floatType: 'F32' },
};

export async function main(words: readonly string[]): Promise<void> {
  const names = Object.keys(kinds);
  refuseOthers(words, names, ['rounds']);
  const rounds = option(words, 'rounds', 5);
  const started = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'fs-merge-files-'));
  try {
    const text = await measure(folder, chosen(words, names), rounds);
    const where = `Node ${process.versions.node}`;
    await report(page, words, { id: 'files', command: command('files', words), where, started }, text);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(folder: string, names: readonly string[], rounds: number): Promise<string> {
  const paths: string[] = [];
  for (const name of names) paths.push(await written(folder, name));
  const works = [readBytes, load, describe];
  const times = await byTurns(
    paths.flatMap((path) => works.map((work) => timed(path, work))),
    { rounds, slice: 300 },
  );
  const rows: string[][] = [];
  for (const [index, name] of names.entries()) {
    rows.push(await row(kinds[name]!, paths[index]!, times.slice(works.length * index)));
  }
  const head = [
    ...['file', 'MB', 'reading its bytes, ms', 'loading, ms', 'loading ÷ reading'],
    ...['peak memory ÷ needed', 'until described, ms', 'kB read for it'],
  ];
  const what = `ViT-B/16 with ${countParameters(network).toLocaleString('en-US')} parameters: ${megabytes(neededBytes)} MB are needed.`;
  const [first = ''] = paths;
  const second = join(folder, 'second.safetensors');
  await copyFile(first, second);
  const { version, described, heap } = await addToPage([first, second]);
  const onPage = [
    `Two of the first file added to the studio's page in ${version}: described after ${ms(described)} ms,`,
    `the page's JavaScript heap grows by ${heap.toFixed(1)} MB.`,
  ].join(' ');
  return [`${what} Medians; in brackets the least times.`, table(head, rows), onPage].join('\n\n');
}

async function written(folder: string, name: string): Promise<string> {
  const { scheme, ...options } = kinds[name]!;
  const [file] = exportFiles(randomModel(network, seededRandom(1)), scheme, { ...options, name, metadata: {} });
  return writeTo(folder, file!);
}

async function row({ what }: Kind, path: string, times: readonly Times[]): Promise<string[]> {
  const [reading = [], loading = [], describing = []] = times;
  const { size, bytesRead } = await accountOf(path, describe);
  const peaks: number[] = [];
  for (let round = 0; round < 3; round++) peaks.push((await accountOf(path, load)).peak);
  return [
    what,
    megabytes(size),
    both(reading, ms),
    both(loading, ms),
    quotient(loading, reading),
    ratio(median(peaks), neededBytes),
    both(describing, ms),
    (bytesRead / 1000).toFixed(1),
  ];
}

type Work = (file: Awaited<ReturnType<typeof openOnDisk>>) => Promise<unknown>;

/** All bytes, in slices, and kept, as weights are. */
const readBytes: Work = async ({ source }) => {
  const slices: Uint8Array[] = [];
  for (let start = 0; start < source.size; start += sliceBytes) {
    slices.push(await source.read(start, Math.min(start + sliceBytes, source.size)));
  }
  return slices;
};

/** What the studio does when a file is added. */
const describe: Work = async (file) => recogniseSource(await readCheckpoint(file));

/** What it does until a merge has the weights. */
const load: Work = async (file) => loadModel(recogniseSource(await readCheckpoint(file)));

function timed(path: string, work: Work): Variant {
  return {
    async run(count) {
      const times: Times = [];
      for (let time = 0; time < count; time++) {
        await collectGarbage();
        const file = await openOnDisk(path);
        const started = performance.now();
        await work(file);
        times.push(performance.now() - started);
        await file.close();
      }
      return times;
    },
  };
}

/** Bytes read, and the most memory beyond that of the beginning, looked at before and after each read and at the end. */
async function accountOf(path: string, work: Work): Promise<{ size: number; bytesRead: number; peak: number }> {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, memoryNow());
  };
  const file = await openOnDisk(path, look);
  await collectGarbage();
  const before = memoryNow();
  const made = await work(file);
  look();
  await file.close();
  if (made === undefined) throw new Error('nothing was made');
  return { size: file.source.size, bytesRead: file.bytesRead(), peak: peak - before };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
