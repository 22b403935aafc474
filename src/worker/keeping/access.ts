/** Files that are written in place, with nothing between the worker and the disk. */

/** Times and milliseconds that a file is waited for which a worker that has just died still holds. */
const tries = 20;
const pause = 50;

/** Opens, uses and closes a file. */
export async function withAccess<T>(
  folder: FileSystemDirectoryHandle,
  name: string,
  use: (access: FileSystemSyncAccessHandle) => T,
): Promise<T> {
  const file = await folder.getFileHandle(name, { create: true });
  const access = await opened(file);
  try {
    return use(access);
  } finally {
    access.close();
  }
}

async function opened(file: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle> {
  for (let left = tries; ; left--) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      const isHeld = error instanceof DOMException && error.name === 'NoModificationAllowedError';
      if (!isHeld || left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Writes all of it. Throws `QuotaExceededError` when there is no room. */
export function writeAll(access: FileSystemSyncAccessHandle, bytes: Uint8Array<ArrayBuffer>, at: number): number {
  const written = access.write(bytes, { at });
  if (written < bytes.length) throw new DOMException('the disk is full', 'QuotaExceededError');
  return at + written;
}

export function readAll(access: FileSystemSyncAccessHandle): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(access.getSize());
  access.read(bytes, { at: 0 });
  return bytes;
}
