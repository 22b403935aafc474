/**
 * A run that was broken off as one file, which goes on with it anywhere: "FSMSNAP" and the version, the length of a JSON header (4 bytes,
 * little-endian), the header, padded with spaces to a multiple of 4, and the merge's state. The header has what was measured so far.
 */
import { z } from 'zod';
import { StudioError } from '../engine/errors.ts';
import { readMergeState, writeMergeState } from '../engine/merging/merge-state-file.ts';
import type { Kept } from './keeping/slots.ts';
import { keptNoteSchema } from './keeping/slots.ts';
import type { SavedRun } from './session-schema.ts';
import { savedRunSchema } from './session-schema.ts';

const magic = 'FSMSNAP1';
const fixed = magic.length + 4;

const headerSchema = z.strictObject({ note: keptNoteSchema, run: savedRunSchema });

export interface Snapshot {
  kept: Kept;
  run: SavedRun;
}

/** The pieces of the file. `run`: a `SavedRun` as text. */
export function writeSnapshot({ note, state }: Kept, run: string): Uint8Array<ArrayBuffer>[] {
  const text = new TextEncoder().encode(`{"note":${JSON.stringify(note)},"run":${run}}`);
  const length = (text.length + 3) & ~3;
  const start = new Uint8Array(fixed + length).fill(0x20);
  start.set(new TextEncoder().encode(magic));
  new DataView(start.buffer).setUint32(magic.length, length, true);
  start.set(text, fixed);
  return [start, ...writeMergeState(state)];
}

/** Throws `StudioError` for a file that is none, is not whole or cannot be read. */
export async function readSnapshot(file: File): Promise<Snapshot> {
  const bytes = await bytesOf(file);
  if (new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic || bytes.length < fixed)
    throw unreadable(file.name, 'it is no snapshot of a run');
  const length = new DataView(bytes.buffer).getUint32(magic.length, true);
  const { note, run } = headerOf(file.name, bytes.subarray(fixed, fixed + length));
  return { run, kept: { note, state: readMergeState(bytes.subarray(fixed + length)) } };
}

async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw unreadable(file.name, 'it is gone, or too large for the memory');
  }
}

function headerOf(name: string, text: Uint8Array): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder().decode(text)));
  } catch {
    throw unreadable(name, 'its header is damaged, or of another version');
  }
}

const unreadable = (name: string, why: string): StudioError =>
  new StudioError({
    kind: 'file',
    message: `${name} cannot be gone on with: ${why}.`,
    advice: 'Start the run anew.',
    subject: name,
  });
