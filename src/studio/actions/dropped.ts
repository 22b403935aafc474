/** Files and folders as the browser hands them over: each file with its path below what was dropped or chosen. */
import type { DroppedFile } from '../../worker/protocol.ts';

/**
 * The files of a drop, those in folders included, without hidden ones. Call it while the drop is being handled: afterwards the
 * browser forgets what was dropped.
 */
export async function droppedFiles({ items, files }: DataTransfer): Promise<DroppedFile[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return chosenFiles(files);
  const found = await Promise.all(entries.map(filesBelow));
  return found.flat();
}

/** The files of a file dialog; those of a chosen folder have paths that begin with its name. */
export const chosenFiles = (files: Iterable<File>): DroppedFile[] =>
  [...files]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !path.split('/').some(isHidden));

async function filesBelow(entry: FileSystemEntry): Promise<DroppedFile[]> {
  if (isHidden(entry.name)) return [];
  const path = entry.fullPath.replace(/^\//, '');
  if (isFile(entry)) return [{ path, file: await new Promise<File>((done, fail) => entry.file(done, fail)) }];
  const children = await childrenOf(entry as FileSystemDirectoryEntry);
  return (await Promise.all(children.map(filesBelow))).flat();
}

/** A reader gives some children at a time, and none at the end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return children;
    children.push(...some);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

/** Hidden files, and what macOS adds to folders and archives. */
const isHidden = (name: string): boolean => name.startsWith('.') || name === '__MACOSX';
