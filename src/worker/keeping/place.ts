/** Where runs are kept in the browser: the studio's folder in the Origin Private File System. */

export interface Place {
  /** A folder for each run. */
  runs: FileSystemDirectoryHandle;
  /** Copies of sources and images, by their fingerprints. */
  files: FileSystemDirectoryHandle;
}

export type OpenRoot = () => Promise<FileSystemDirectoryHandle>;

/** The browser's own. Throws where it has none or refuses, as in some private windows. */
export const browserRoot: OpenRoot = async () => {
  const { storage } = navigator;
  if (!storage?.getDirectory) throw new DOMException('there is no file system', 'NotSupportedError');
  return (await storage.getDirectory()).getDirectoryHandle('fs-merge-studio', { create: true });
};

/** Bytes that the browser allows the page in all, and that are left of it; null where it does not say. */
export async function roomHere(): Promise<{ quota: number | null; left: number | null }> {
  const { quota, usage = 0 } = (await globalThis.navigator?.storage?.estimate?.().catch(() => null)) ?? {};
  return quota === undefined ? { quota: null, left: null } : { quota, left: quota - usage };
}

export async function openPlace(openRoot: OpenRoot): Promise<Place> {
  const root = await openRoot();
  return {
    runs: await root.getDirectoryHandle('runs', { create: true }),
    files: await root.getDirectoryHandle('files', { create: true }),
  };
}

/** Why nothing can be kept, in words that follow "because". */
export function reasonOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') return 'the disk, or the part of it that this page may use, is full';
  if (name === 'NotSupportedError' || error instanceof TypeError) return 'this browser has no files for pages';
  return 'this browser allows this page no files, as in a private window';
}

/** Names of the folders in a folder. */
export async function foldersIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, handle] of folder.entries()) if (handle.kind === 'directory') names.push(name);
  return names;
}

export async function filesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, handle] of folder.entries()) if (handle.kind === 'file') names.push(name);
  return names;
}

/** Bytes of all files in a folder and below it. */
export async function bytesBelow(folder: FileSystemDirectoryHandle): Promise<number> {
  let bytes = 0;
  for await (const handle of folder.values()) {
    if (handle.kind === 'directory') bytes += await bytesBelow(handle as FileSystemDirectoryHandle);
    else bytes += (await (handle as FileSystemFileHandle).getFile()).size;
  }
  return bytes;
}

/** Nothing happens where there is none. */
export async function removeFrom(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await folder.removeEntry(name, { recursive: true });
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotFoundError') throw error;
  }
}
