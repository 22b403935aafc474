/** Helpers of the format tests: files of the repository, files cut short, archives made by hand. */
import { readFileSync } from 'node:fs';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { expect } from 'vitest';
import { StudioError } from '../errors.ts';
import type { ByteSource } from '../tensors/byte-source.ts';
import { blobSource } from '../tensors/byte-source.ts';
import type { FloatType } from '../tensors/elements.ts';
import { decodeElements, encodeElements } from '../tensors/elements.ts';
import type { Checkpoint, Weight } from '../tensors/host-tensor.ts';

/** A file of the repository by its path: "public/demo/mlp/mlp-mnist-0to4.pt". */
export function fileAt(path: string): File {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return new File([readFileSync(new URL(`../../../${path}`, import.meta.url))], name);
}

/** A file by its name in fixtures/formats. */
export function fixture(name: string): File {
  return fileAt(`fixtures/formats/${name}`);
}

/** The first `size` bytes. */
export function cut(file: File, size: number): File {
  return new File([file.slice(0, size)], file.name);
}

/** Places to cut a file at: around its first bytes, in the middle and close to its end. */
export function cutPoints(file: File): number[] {
  const { size } = file;
  const first = [0, 1, 4, 7, 8, 9, 12, 30, 64];
  const inside = [0.1, 0.33, 0.5, 0.75, 0.99].map((part) => Math.floor(size * part));
  return [...first, ...inside, size - 200, size - 98, size - 76, size - 22, size - 1].filter(
    (at) => at >= 0 && at < size,
  );
}

export async function readAll(checkpoint: Checkpoint): Promise<Map<string, Weight>> {
  const weights = new Map<string, Weight>();
  for (const [name, tensor] of checkpoint.tensors) weights.set(name, await tensor.read());
  return weights;
}

/** The same names, shapes and, bit by bit, values. Much faster on large arrays than `toEqual`. */
export function expectSameWeights(actual: ReadonlyMap<string, Weight>, expected: ReadonlyMap<string, Weight>): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { shape, values }] of actual) {
    expect([name, shape]).toEqual([name, expected.get(name)!.shape]);
    if (!sameBytes(values, expected.get(name)!.values)) expect.fail(`the values of ${name} differ`);
  }
}

/** What is left of the weights when they are stored as `type`. */
export function roundedTo(type: FloatType, weights: ReadonlyMap<string, Weight>): Map<string, Weight> {
  const round = (values: Float32Array) => decodeElements(type, new Uint8Array(encodeElements(type, values)));
  return new Map(Array.from(weights, ([name, { shape, values }]) => [name, { shape, values: round(values) }]));
}

export function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return bufferOf(a).equals(bufferOf(b));
}

function bufferOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The error for people that `work` ends in; the test fails when it ends in none or in another. */
export async function errorOf(work: Promise<unknown>): Promise<StudioError> {
  const outcome = await work.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(StudioError);
  const error = outcome as StudioError;
  expect(error.kind).toBe('file');
  return error;
}

/** One byte array from numbers, ASCII strings and byte arrays. */
export function joined(...parts: (number | string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'number' ? [part] : [...(typeof part === 'string' ? encoder.encode(part) : part)],
    ),
  );
}

/** `value` as a little-endian number of `bytes` bytes. */
export function littleEndian(value: number, bytes: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

/** A zip archive of these entries. */
export async function zipped(
  name: string,
  entries: Record<string, Uint8Array>,
  { deflate = false } = {},
): Promise<File> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { level: deflate ? 6 : 0, useWebWorkers: false });
  for (const [path, bytes] of Object.entries(entries)) await writer.add(path, new Uint8ArrayReader(bytes));
  return new File([new Uint8Array(await writer.close())], name);
}

/** `file` with the bytes at `at` replaced. */
export async function patched(file: File, at: number, bytes: Uint8Array): Promise<File> {
  const copy = new Uint8Array(await file.arrayBuffer());
  copy.set(bytes, at);
  return new File([copy], file.name);
}

/** Where `bytes` first occur in `file`, from `start` on. */
export async function find(file: File, bytes: Uint8Array, start = 0): Promise<number> {
  const at = Buffer.from(await file.arrayBuffer()).indexOf(bytes, start);
  expect(at).toBeGreaterThanOrEqual(0);
  return at;
}

/** `file` with an account of how many bytes are read from it. */
export function watched(file: File): { name: string; source: ByteSource; bytesRead(): number } {
  const source = blobSource(file);
  let bytesRead = 0;
  const read = (start: number, end: number) => {
    bytesRead += end - start;
    return source.read(start, end);
  };
  return { name: file.name, source: { size: source.size, read }, bytesRead: () => bytesRead };
}

/** A source of `size` zeros, with other bytes in a few places: stands for a file of many gigabytes. */
export function sparse(size: number, pieces: readonly (readonly [number, Uint8Array])[]): ByteSource {
  const read = async (start: number, end: number) => {
    const bytes = new Uint8Array(end - start);
    for (const [at, piece] of pieces) {
      const [from, to] = [Math.max(at, start), Math.min(at + piece.length, end)];
      if (from < to) bytes.set(piece.subarray(from - at, to - at), from - start);
    }
    return bytes;
  };
  return { size, read };
}
