/** Test support: a file system in memory that can fail, be torn and be full. */

class MemoryFile {
  bytes = new Uint8Array();
  held = false;
}

export interface Disk {
  root(): Promise<FileSystemDirectoryHandle>;
  /** Bytes that may be written in all from now on; the write that passes it is cut off, and all later ones fail. */
  left: number;
  /** What a write that does not fit does: the disk is full, or the worker dies in the middle of it. */
  onEnd: 'full' | 'killed';
  /** Sizes of all files, by path. */
  sizes(): Record<string, number>;
  /** Flips a bit. */
  damage(path: string, at: number): void;
}

export class Killed extends Error {}

export function memoryDisk(): Disk {
  const files = new Map<string, MemoryFile>();
  const folders = new Set<string>(['']);
  const disk: Disk = {
    left: Number.POSITIVE_INFINITY,
    onEnd: 'full',
    root: async () => folder(''),
    sizes: () => Object.fromEntries([...files].map(([path, { bytes }]) => [path, bytes.length])),
    damage(path, at) {
      const file = files.get(path);
      if (file) file.bytes[at]! ^= 1;
    },
  };

  function access(file: MemoryFile): FileSystemSyncAccessHandle {
    const write = (bytes: Uint8Array, { at = 0 } = {}) => {
      const count = Math.max(0, Math.min(bytes.length, disk.left));
      disk.left -= count;
      const size = Math.max(file.bytes.length, at + count);
      const grown = new Uint8Array(size);
      grown.set(file.bytes);
      grown.set(bytes.subarray(0, count), at);
      file.bytes = grown;
      if (count < bytes.length && disk.onEnd === 'killed') throw new Killed();
      return count;
    };
    return {
      write,
      read(into: Uint8Array, { at = 0 } = {}) {
        const part = file.bytes.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      truncate(size: number) {
        const cut = new Uint8Array(size);
        cut.set(file.bytes.subarray(0, size));
        file.bytes = cut;
      },
      flush() {},
      getSize: () => file.bytes.length,
      close() {
        file.held = false;
      },
    } as unknown as FileSystemSyncAccessHandle;
  }

  function file(path: string): FileSystemFileHandle {
    const found = files.get(path) as MemoryFile;
    return {
      kind: 'file',
      name: path.split('/').at(-1),
      getFile: async () => new File([found.bytes], path.split('/').at(-1) ?? path),
      async createSyncAccessHandle() {
        if (found.held) throw new DOMException('it is held', 'NoModificationAllowedError');
        found.held = true;
        return access(found);
      },
    } as unknown as FileSystemFileHandle;
  }

  const below = (path: string, all: Iterable<string>) =>
    [...all].filter((one) => one !== path && one.startsWith(path === '' ? '' : `${path}/`));
  const isChild = (path: string) => (one: string) => !one.slice(path === '' ? 0 : path.length + 1).includes('/');

  function folder(path: string): FileSystemDirectoryHandle {
    const place = (name: string) => (path === '' ? name : `${path}/${name}`);
    const missing = () => new DOMException('it is not there', 'NotFoundError');
    async function* entries(): AsyncGenerator<[string, FileSystemHandle]> {
      for (const one of below(path, folders).filter(isChild(path))) yield [one.split('/').at(-1) ?? '', folder(one)];
      for (const one of below(path, files.keys()).filter(isChild(path))) yield [one.split('/').at(-1) ?? '', file(one)];
    }
    return {
      kind: 'directory',
      name: path.split('/').at(-1),
      async getDirectoryHandle(name: string, { create = false } = {}) {
        if (create) folders.add(place(name));
        if (!folders.has(place(name))) throw missing();
        return folder(place(name));
      },
      async getFileHandle(name: string, { create = false } = {}) {
        if (create && !files.has(place(name))) files.set(place(name), new MemoryFile());
        if (!files.has(place(name))) throw missing();
        return file(place(name));
      },
      async removeEntry(name: string) {
        const gone = [...below(place(name), files.keys()), ...below(place(name), folders), place(name)];
        if (!files.has(place(name)) && !folders.has(place(name))) throw missing();
        for (const one of gone) {
          files.delete(one);
          folders.delete(one);
        }
      },
      entries,
      async *values() {
        for await (const [, handle] of entries()) yield handle;
      },
    } as unknown as FileSystemDirectoryHandle;
  }

  return disk;
}
