/** Copies of dropped files, called by their fingerprints: a file that two runs need is there once. */
import { fingerprintOf } from '../../engine/intake/fingerprint.ts';
import { blobSource } from '../../engine/tensors/byte-source.ts';
import type { DroppedFile } from '../protocol-files.ts';
import { withAccess, writeAll } from './access.ts';
import { copyLock, heldLocks, hold } from './locks.ts';
import type { Place } from './place.ts';
import { filesIn, foldersIn, removeFrom, roomHere } from './place.ts';
import type { Copies } from './run-file.ts';
import { readCopies, writeCopies } from './run-file.ts';

/** Most bytes that the files of a run may have for copies to be made, and the most of the room that is left. */
const most = 2e9;
const mostOfRoom = 0.5;
/** Bytes that are copied at once. */
const chunk = 4 << 20;

/** Copies the files of a run's drops, unless they take too much room. */
export async function copyDrops(place: Place, run: string, drops: readonly (readonly DroppedFile[])[]): Promise<void> {
  const bytes = drops.flat().reduce((sum, { file }) => sum + file.size, 0);
  const { left } = await roomHere();
  if (bytes > Math.min(most, left === null ? most : mostOfRoom * left)) return;
  const folder = await place.runs.getDirectoryHandle(run);
  const copies: Copies = [];
  for (const drop of drops) {
    const own: Copies[number] = [];
    for (const { path, file } of drop) {
      const copy = await fingerprintOf([blobSource(file)]);
      if (copy === null) return;
      own.push({ path, bytes: file.size, copy });
    }
    copies.push(own);
  }
  // Named first, so that nobody takes them for left over.
  await writeCopies(folder, copies);
  for (const [index, drop] of drops.entries())
    for (const [at, { file }] of drop.entries()) await copyFile(place, copies[index]?.[at]?.copy ?? '', file);
}

async function copyFile({ files }: Place, name: string, file: File): Promise<void> {
  if ((await sizeOf(files, name)) === file.size) return;
  for (let at = 0; at < file.size; at += chunk) {
    const bytes = new Uint8Array(await file.slice(at, at + chunk).arrayBuffer());
    await withAccess(files, name, (access) => {
      writeAll(access, bytes, at);
      if (at + chunk >= file.size) access.flush();
    });
  }
}

/** The drops of a run from their copies; null unless all are there and whole. */
export async function dropsOf(place: Place, run: string): Promise<DroppedFile[][] | null> {
  try {
    const copies = await readCopies(await place.runs.getDirectoryHandle(run));
    if (!copies) return null;
    return await Promise.all(copies.map((drop) => Promise.all(drop.map((copy) => fileOf(place, copy)))));
  } catch {
    return null;
  }
}

/** Keeps the copies of a run for as long as this tab lives, whatever becomes of the run. */
export async function holdCopies({ runs }: Place, run: string): Promise<void> {
  const copies = await readCopies(await runs.getDirectoryHandle(run));
  for (const { copy } of copies?.flat() ?? []) await hold(copyLock(copy), 'shared');
}

async function fileOf({ files }: Place, { path, bytes, copy }: Copies[number][number]): Promise<DroppedFile> {
  const blob = await (await files.getFileHandle(copy)).getFile();
  if (blob.size !== bytes) throw new RangeError(`the copy of ${path} is not whole`);
  return { path, file: new File([blob], path.split('/').at(-1) ?? path) };
}

async function sizeOf(folder: FileSystemDirectoryHandle, name: string): Promise<number | null> {
  try {
    return (await (await folder.getFileHandle(name)).getFile()).size;
  } catch {
    return null;
  }
}

/** Removes the copies that no run and no tab needs. */
export async function sweep({ runs, files }: Place): Promise<void> {
  const needed = new Set<string>();
  for (const run of await foldersIn(runs)) {
    const copies = await readCopies(await runs.getDirectoryHandle(run));
    for (const { copy } of copies?.flat() ?? []) needed.add(copy);
  }
  const held = await heldLocks();
  for (const name of await filesIn(files))
    if (!needed.has(name) && !held.has(copyLock(name))) await removeFrom(files, name);
}
