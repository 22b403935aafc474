/**
 * Zip archives of stored entries (PKWARE APPNOTE 4.3), each entry's bytes at a multiple of 64, as PyTorch writes them, so that
 * they can be mapped into memory. zip64 records where 32 bits do not do.
 */
import { crc32 } from './crc32.ts';
import type { Bytes, OutputFile, Piece } from './output.ts';
import { outputFile } from './output.ts';

const alignment = 64;
const localHeaderBytes = 30;
const largest32 = 0xffffffff;
const largest16 = 0xffff;
/** Names are UTF-8. */
const flags = 0x0800;
/** 1 January 1980, the first day that zip knows: the same model gives the same file. */
const date = 0x21;
const zip64Id = 1;
/** PyTorch's own id of fields that only fill: "FB". */
const fillId = 0x4246;

/** One entry as a whole is held in memory while it is written: its checksum comes before it. */
export interface ZipEntry {
  path: string;
  content: Piece;
}

interface Placed extends ZipEntry {
  name: Bytes;
  /** Of the local header. */
  offset: number;
  extra: Bytes;
}

export function zipFile(name: string, entries: readonly ZipEntry[]): OutputFile {
  const placed: Placed[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = new TextEncoder().encode(entry.path);
    const extra = localExtra(offset + localHeaderBytes + name.length, entry.content.bytes);
    placed.push({ ...entry, name, offset, extra });
    offset += localHeaderBytes + name.length + extra.length + entry.content.bytes;
  }
  const checksums = new Map<Placed, number>();
  const directory = directoryPiece(placed, checksums, offset);
  return outputFile(name, [...placed.map((entry) => entryPiece(entry, checksums)), directory]);
}

function entryPiece(entry: Placed, checksums: Map<Placed, number>): Piece {
  const { name, extra, content } = entry;
  return {
    bytes: localHeaderBytes + name.length + extra.length + content.bytes,
    *chunks() {
      const chunks = [...content.chunks()];
      const checksum = crc32(chunks);
      checksums.set(entry, checksum);
      yield fields([0x04034b50, 4], ...common(entry, checksum), [name.length, 2], [extra.length, 2], name, extra);
      yield* chunks;
    },
  };
}

/** Fields that a local header and the directory share, from the version to the sizes. */
function common({ content: { bytes }, offset }: Placed, checksum: number): Field[] {
  const version = bytes >= largest32 || offset >= largest32 ? 45 : 20;
  const size = Math.min(bytes, largest32);
  return [
    [version, 2],
    [flags, 2],
    [0, 2], // stored
    [0, 2], // midnight
    [date, 2],
    [checksum, 4],
    [size, 4],
    [size, 4],
  ];
}

function localExtra(start: number, bytes: number): Bytes {
  const large = bytes >= largest32 ? fields([zip64Id, 2], [16, 2], [bytes, 8], [bytes, 8]) : new Uint8Array();
  const unfilled = start + large.length + 4;
  const fill = Math.ceil(unfilled / alignment) * alignment - unfilled;
  return fields(large, [fillId, 2], [fill, 2], new Uint8Array(fill).fill(0x5a));
}

/** The directory, its records made last, when the checksums are known. */
function directoryPiece(placed: readonly Placed[], checksums: ReadonlyMap<Placed, number>, start: number): Piece {
  const record = (entry: Placed) => directoryRecord(entry, checksums.get(entry) ?? 0);
  const bytes = placed.reduce((sum, entry) => sum + record(entry).length, 0);
  const end = directoryEnd(placed.length, bytes, start);
  return {
    bytes: bytes + end.length,
    *chunks() {
      for (const entry of placed) yield record(entry);
      yield end;
    },
  };
}

function directoryRecord(entry: Placed, checksum: number): Bytes {
  const { name, offset, content } = entry;
  const large: Field[] = [];
  if (content.bytes >= largest32) large.push([content.bytes, 8], [content.bytes, 8]);
  if (offset >= largest32) large.push([offset, 8]);
  const extra = large.length > 0 ? fields([zip64Id, 2], [8 * large.length, 2], ...large) : new Uint8Array();
  return fields(
    [0x02014b50, 4],
    [45, 2], // version of the writer
    ...common(entry, checksum),
    [name.length, 2],
    [extra.length, 2],
    [0, 2], // comment
    [0, 2], // disk
    [0, 2], // internal attributes
    [0, 4], // external attributes
    [Math.min(offset, largest32), 4],
    name,
    extra,
  );
}

function directoryEnd(count: number, bytes: number, start: number): Bytes {
  const large = count >= largest16 || bytes >= largest32 || start >= largest32;
  const count16 = Math.min(count, largest16);
  const end = fields(
    [0x06054b50, 4],
    [0, 4], // disks
    [count16, 2],
    [count16, 2],
    [Math.min(bytes, largest32), 4],
    [Math.min(start, largest32), 4],
    [0, 2], // comment
  );
  if (!large) return end;
  const record = fields(
    [0x06064b50, 4],
    [44, 8], // bytes that follow
    [45, 2],
    [45, 2],
    [0, 8], // disks
    [count, 8],
    [count, 8],
    [bytes, 8],
    [start, 8],
  );
  const locator = fields([0x07064b50, 4], [0, 4], [start + bytes, 8], [1, 4]);
  return fields(record, locator, end);
}

/** A number and how many bytes it takes, little-endian, or bytes as they are. */
type Field = readonly [value: number, bytes: 2 | 4 | 8] | Bytes;

function fields(...all: Field[]): Bytes {
  const lengths = all.map((field) => (field instanceof Uint8Array ? field.length : field[1]));
  const bytes = new Uint8Array(lengths.reduce<number>((sum, length) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let position = 0;
  for (const [index, field] of all.entries()) {
    if (field instanceof Uint8Array) bytes.set(field, position);
    else if (field[1] === 8) view.setBigUint64(position, BigInt(field[0]), true);
    else if (field[1] === 4) view.setUint32(position, field[0], true);
    else view.setUint16(position, field[0], true);
    position += lengths[index] ?? 0;
  }
  return bytes;
}
