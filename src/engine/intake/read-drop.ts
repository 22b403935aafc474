/** What files turn out to be that were dropped together: checkpoints, images, SuperNets, texts, and files that tell about others. */
import type { SideFacts } from '../architectures/side-files.ts';
import { readSideFile } from '../architectures/side-files.ts';
import type { Source } from '../architectures/source.ts';
import { recogniseSource } from '../architectures/source.ts';
import { groupImageFiles } from '../datasets/files/groups.ts';
import type { DecodeImage } from '../datasets/files/image-reader.ts';
import { baseName, folderOf, isHidden } from '../datasets/files/paths.ts';
import { looksLikeImages, readImages } from '../datasets/files/read-images.ts';
import type { ImageFile } from '../datasets/image-file.ts';
import { readCheckpoint } from '../formats/detect.ts';
import type { Beside } from '../formats/format.ts';
import { openFile } from '../formats/format.ts';
import type { SuperNetFile } from '../supernet/supernet-file.ts';
import { readSuperNet } from '../supernet/supernet-file.ts';
import type { NamedSource } from '../tensors/byte-source.ts';
import type { Checkpoint, HostTensor } from '../tensors/host-tensor.ts';

/** `path`: of the file, or of the first of several that are one thing, which are all in `files`. */
export type Read = { path: string; bytes: number; files: NamedSource[] } & (
  | { kind: 'source'; source: Source }
  | { kind: 'supernet'; supernet: SuperNetFile }
  | { kind: 'texts'; texts: HostTensor }
  | { kind: 'images'; name: string; images: ImageFile }
);

export interface Side {
  path: string;
  facts: SideFacts;
}

export interface Drop {
  read: Read[];
  sides: Side[];
  /** Files that could not be understood, or not yet: another file may be missing. */
  failed: { file: NamedSource; error: unknown }[];
}

export interface Helpers {
  decode: DecodeImage;
  /** Is told what is being done, in words. */
  note?: (note: string) => void;
}

/** Longest file beside weights that is read for facts. */
const longestSide = 16_000_000;

/** Files that come with models and say nothing to a merge. */
const said =
  /(^|\/)(readme|license|notice|changelog)[^/]*$|\.(md|py|ya?ml|lock|log|sh|gitattributes|gitignore|ipynb|toml)$/i;

/**
 * Reads nothing of a checkpoint but what describes it. Names are paths. `waiting` are files of earlier drops that were not understood
 * alone: they are read again where they belong to a file of this drop. Never throws: what went wrong is in `failed`.
 */
export async function readDrop(
  given: readonly NamedSource[],
  waiting: readonly NamedSource[],
  helpers: Helpers,
): Promise<Drop> {
  const drop: Drop = { read: [], sides: [], failed: [] };
  const fresh = given.filter(({ name }) => !isHidden(name) && (given.length === 1 || !said.test(name)));
  const freshPaths = new Set(fresh.map(({ name }) => name));
  const files = [...fresh, ...waiting.filter(({ name }) => !freshPaths.has(name))];
  const byPath = new Map(files.map((file) => [file.name, file]));
  const { groups, others } = groupImageFiles([...byPath.keys()]);
  for (const { name, paths } of groups.filter((group) => group.paths.some((path) => freshPaths.has(path)))) {
    await readGroup(
      name,
      paths.flatMap((path) => byPath.get(path) ?? []),
      helpers,
      drop,
    );
  }
  // What stands for several files comes first: the others are then known to be its parts.
  const singles = others
    .filter((path) => freshPaths.has(path) || /\.(json|txt)$/.test(path))
    .flatMap((path) => byPath.get(path) ?? [])
    .sort((a, b) => rank(a) - rank(b));
  const parts = new Set<string>();
  for (const file of singles) {
    if (parts.has(file.name)) continue;
    helpers.note?.(`Reading ${baseName(file.name)}`);
    for (const part of await readSingle(file, files, helpers, drop)) parts.add(part);
  }
  drop.failed = drop.failed.filter(({ file }) => !parts.has(file.name));
  return drop;
}

const rank = ({ name }: NamedSource): number => (name.endsWith('.json') ? 0 : 1);

async function readGroup(name: string, files: NamedSource[], helpers: Helpers, drop: Drop): Promise<void> {
  const [first] = files;
  if (!first) return;
  helpers.note?.(`Reading ${name}`);
  try {
    const images = await readImages(files, helpers.decode, { progress: progressOf(name, helpers) });
    drop.read.push({ kind: 'images', path: first.name, name, images, bytes: sizeOf(files), files });
  } catch (error) {
    for (const file of files) drop.failed.push({ file, error });
  }
}

/** Paths of the files that belong to this one. */
async function readSingle(
  file: NamedSource,
  all: readonly NamedSource[],
  helpers: Helpers,
  drop: Drop,
): Promise<string[]> {
  try {
    const facts = await sideFactsOf(file);
    if (facts) {
      drop.sides.push({ path: file.name, facts });
      return [];
    }
    const opened = await openFile(file);
    if (await looksLikeImages(opened)) {
      await readGroup(baseName(file.name), [file], helpers, drop);
      return [];
    }
    const checkpoint = await readCheckpoint(file, besideOf(file, all));
    const parts = pathsOf(checkpoint.parts, file, all);
    const files = [file, ...all.filter(({ name }) => name !== file.name && parts.includes(name))];
    drop.read.push({ path: file.name, bytes: checkpoint.bytes, files, ...understood(checkpoint) });
    return parts;
  } catch (error) {
    if (!isAside(file, all)) drop.failed.push({ file, error });
    return [];
  }
}

function understood(checkpoint: Checkpoint) {
  const supernet = readSuperNet(checkpoint);
  if (supernet) return { kind: 'supernet', supernet } as const;
  const [only] = [...checkpoint.tensors.values()];
  const matrix = checkpoint.tensors.size === 1 && only?.shape.length === 2;
  if (matrix) return { kind: 'texts', texts: only } as const;
  return { kind: 'source', source: recogniseSource(checkpoint) } as const;
}

async function sideFactsOf({ name, source }: NamedSource): Promise<SideFacts | null> {
  if (!/\.(json|txt)$/i.test(name) || source.size > longestSide) return null;
  return readSideFile(baseName(name), await source.read(0, source.size));
}

/** A text file that tells nothing, beside others that do: a tokenizer's tables, a trainer's state. */
const isAside = ({ name }: NamedSource, all: readonly NamedSource[]): boolean =>
  all.length > 1 && /\.(json|txt)$/i.test(name) && !/index\.json$|model\.json$/i.test(name);

/** The other files by their own names; of several of one name that in the same folder. */
function besideOf({ name }: NamedSource, all: readonly NamedSource[]): Beside {
  const folder = folderOf(name);
  const others = all.filter((other) => other.name !== name);
  const near = others.filter((other) => folderOf(other.name) === folder);
  return new Map([...others, ...near].map((other) => [baseName(other.name), other]));
}

function pathsOf(parts: readonly string[], file: NamedSource, all: readonly NamedSource[]): string[] {
  const beside = besideOf(file, all);
  return parts.flatMap((part) => beside.get(baseName(part))?.name ?? []);
}

const sizeOf = (files: readonly NamedSource[]): number => files.reduce((sum, { source }) => sum + source.size, 0);

const progressOf =
  (name: string, { note }: Helpers) =>
  (done: number, total: number): void =>
    note?.(`${name}: image ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`);
