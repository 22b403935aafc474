/** Files on the disk of Node: written piece by piece, read by slices, with an account of what is read and of the memory meanwhile. */
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { OutputFile } from '../../src/engine/formats/write/output.ts';
import type { ByteSource } from '../../src/engine/tensors/byte-source.ts';
import { checkRange } from '../../src/engine/tensors/byte-source.ts';

/** Path of the file in the folder. */
export async function writeTo(folder: string, file: OutputFile): Promise<string> {
  const path = join(folder, file.name);
  const handle = await open(path, 'w');
  try {
    for (const chunk of file.chunks()) await handle.writeFile(chunk);
    // Or the disk would still be writing when it is read.
    await handle.sync();
  } finally {
    await handle.close();
  }
  return path;
}

export interface FileOnDisk {
  name: string;
  source: ByteSource;
  bytesRead(): number;
  close(): Promise<void>;
}

/** As a browser's File is: each slice is read when it is asked for, into memory of its own. */
export async function openOnDisk(path: string, onRead: () => void = () => undefined): Promise<FileOnDisk> {
  const handle = await open(path);
  const { size } = await handle.stat();
  let bytesRead = 0;
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    source: {
      size,
      async read(start, end) {
        checkRange(start, end, size);
        onRead();
        const bytes = new Uint8Array(end - start);
        await fill(handle, bytes, start);
        bytesRead += bytes.length;
        onRead();
        return bytes;
      },
    },
    bytesRead: () => bytesRead,
    close: () => handle.close(),
  };
}

async function fill(handle: FileHandle, bytes: Uint8Array, start: number): Promise<void> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw new Error('the file is shorter than it was');
    filled += bytesRead;
  }
}

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');

/** The memory of arrays is given back a little after they are collected. */
export async function collectGarbage(): Promise<void> {
  gc();
  await setTimeout(100);
  gc();
}

/** Bytes of typed arrays and of JavaScript's own objects, garbage that is not yet collected included. */
export function memoryNow(): number {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}
