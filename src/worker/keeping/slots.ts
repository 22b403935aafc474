/**
 * States of a run in two files that are written in turn: whatever breaks a write off, the state before it is whole. A file has a note of
 * 256 bytes, its CRC-32 first, which is written last, and then the state, which has a checksum of its own.
 */
import { z } from 'zod';
import { crc32 } from '../../engine/formats/write/crc32.ts';
import type { MergeState } from '../../engine/merging/merge-state.ts';
import { readMergeState } from '../../engine/merging/merge-state-file.ts';
import { readAll, withAccess, writeAll } from './access.ts';

const names = ['a.state', 'b.state'] as const;
const noteBytes = 256;
/** Hexadecimal digits of a note's checksum. */
const sumLength = 8;

const whole = z.number().int().nonnegative();
export const keptNoteSchema = z.strictObject({
  /** Training steps behind the state, and of the whole run. */
  step: whole,
  steps: whole,
  /** Seconds of work behind it. */
  seconds: z.number().nonnegative(),
});
export type KeptNote = z.output<typeof keptNoteSchema>;

/** `sequence` counts the writes of a run. */
const slotNoteSchema = keptNoteSchema.extend({ sequence: whole });
export type SlotNote = z.output<typeof slotNoteSchema>;

export interface Kept {
  note: KeptNote;
  state: MergeState;
}

export class Slots {
  private constructor(
    private readonly folder: FileSystemDirectoryHandle,
    private sequence: number,
  ) {}

  static async open(folder: FileSystemDirectoryHandle): Promise<Slots> {
    const [newest] = await notesIn(folder);
    return new Slots(folder, newest?.note.sequence ?? 0);
  }

  /** Keeps a state in place of the older one of the two. */
  async write(note: KeptNote, state: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    const sequence = this.sequence + 1;
    await withAccess(this.folder, names[sequence % 2] as string, (access) => {
      writeAll(access, new Uint8Array(noteBytes), 0);
      let at = noteBytes;
      for (const piece of state) at = writeAll(access, piece, at);
      access.truncate(at);
      access.flush();
      writeAll(access, noteText({ ...note, sequence }), 0);
      access.flush();
    });
    this.sequence = sequence;
  }

  /** The newest whole state, of fewer than `before` steps; null where there is none. */
  async read(before = Number.POSITIVE_INFINITY): Promise<Kept | null> {
    for (const { name, note } of await notesIn(this.folder)) {
      if (note.step >= before) continue;
      try {
        const bytes = await withAccess(this.folder, name, readAll);
        return { note, state: readMergeState(bytes.subarray(noteBytes)) };
      } catch {
        // Torn: the one before it is whole.
      }
    }
    return null;
  }
}

/** What the states in a run's folder say of themselves, the newest first. */
export async function notesIn(folder: FileSystemDirectoryHandle): Promise<{ name: string; note: SlotNote }[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      try {
        const file = await (await folder.getFileHandle(name)).getFile();
        return [{ name, note: readNote(await file.slice(0, noteBytes).text()) }];
      } catch {
        return []; // not written yet, or torn
      }
    }),
  );
  return found.flat().sort((a, b) => b.note.sequence - a.note.sequence);
}

const sumOf = (text: string): string =>
  crc32([new TextEncoder().encode(text)])
    .toString(16)
    .padStart(sumLength, '0');

function noteText(note: SlotNote): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(note).padEnd(noteBytes - sumLength);
  return new TextEncoder().encode(sumOf(text) + text);
}

function readNote(text: string): SlotNote {
  const [sum, note] = [text.slice(0, sumLength), text.slice(sumLength)];
  if (sum !== sumOf(note)) throw new RangeError('the note is torn');
  return slotNoteSchema.parse(JSON.parse(note));
}
