/** What a reader of checkpoint files is, and how a file looks to it. */
import type { ByteSource, NamedFile, NamedSource } from '../tensors/byte-source.ts';
import { namedSource } from '../tensors/byte-source.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import { isZip, openZip } from './zip/zip.ts';

export interface OpenedFile {
  name: string;
  source: ByteSource;
  /** The first bytes, 512 at most. */
  head: Uint8Array<ArrayBuffer>;
  /** The entries by path, when the file is a zip archive; their contents are read when asked for. */
  entries: ReadonlyMap<string, ByteSource> | null;
}

/** Files that were added together with this one, or before it, by name: shards of an index, weights beside a topology. */
export type Beside = ReadonlyMap<string, NamedSource>;

export interface Format {
  /** What people call it, with its usual file endings: "safetensors", "PyTorch (.pt, .pth, .bin)". */
  readonly description: string;
  /** Whether the content, not the name, is of this format. Reads nothing. */
  matches(file: OpenedFile): boolean;
  /**
   * Reads names, shapes and places of the tensors, and none of their elements. What the checkpoint takes from `beside` it names
   * in `parts`. Throws `StudioError`, also when a part is missing: then it names the files to add.
   */
  read(file: OpenedFile, beside: Beside): Promise<Checkpoint>;
}

/** Reads as much as it takes to tell formats apart. Throws `StudioError` when a zip archive has no directory. */
export async function openFile(file: NamedFile): Promise<OpenedFile> {
  const { name, source } = namedSource(file);
  const head = await source.read(0, Math.min(source.size, 512));
  const entries = isZip(head) ? await openZip({ name, source }) : null;
  return { name, source, head, entries };
}
