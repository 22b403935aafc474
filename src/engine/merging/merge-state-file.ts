/**
 * A merge's state as bytes: "FSMSTATE", the format's version, the length of a JSON header, a CRC-32 of header and numbers (each 4 bytes,
 * little-endian), the header, padded with spaces to a multiple of 4, and the numbers as 32-bit floats, in the order that the header has them.
 */
import { z } from 'zod';
import type { Weights } from '../architectures/model.ts';
import { StudioError } from '../errors.ts';
import { crc32 } from '../formats/write/crc32.ts';
import type { MergeState } from './merge-state.ts';

const magic = 'FSMSTATE';
const version = 1;
const fixed = magic.length + 12;

const whole = z.number().int().nonnegative();
/** Infinity is no JSON. */
const maybeInfinite = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.POSITIVE_INFINITY);

const tensorsSchema = z.array(z.strictObject({ name: z.string(), shape: z.array(whole) }));

const headerSchema = z.strictObject({
  finished: z.array(z.strictObject({ steps: whole, learnable: tensorsSchema })),
  current: z.strictObject({
    step: whole,
    optimisers: z.array(z.strictObject({ size: whole, updates: whole })),
    best: z.strictObject({ lowest: maybeInfinite, since: whole, kept: tensorsSchema.nullable() }),
    lowestLoss: maybeInfinite,
    untold: z.array(z.strictObject({ step: whole, losses: z.array(z.number()) })),
  }),
});

type Tensors = z.output<typeof tensorsSchema>;

/** The pieces of the file, one after the other. They look at the state's own numbers. */
export function writeMergeState({ finished, current }: MergeState): Uint8Array<ArrayBuffer>[] {
  const { best, optimisers, untold, step, lowestLoss } = current;
  const header = {
    finished: finished.map(({ steps, learnable }) => ({ steps, learnable: describe(learnable) })),
    current: {
      step,
      optimisers: optimisers.map(({ value, updates }) => ({ size: value.length, updates })),
      best: { ...best, kept: best.kept && describe(best.kept) },
      lowestLoss,
      untold,
    },
  };
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json.padEnd(json.length + padding(json)));
  const numbers = [
    ...finished.flatMap(({ learnable }) => valuesOf(learnable)),
    ...optimisers.flatMap(({ value, mean, variance }) => [value, mean, variance]),
    ...(best.kept ? valuesOf(best.kept) : []),
  ].map(bytesOf);
  const start = new Uint8Array(fixed);
  start.set(new TextEncoder().encode(magic));
  const view = new DataView(start.buffer);
  view.setUint32(magic.length, version, true);
  view.setUint32(magic.length + 4, text.length, true);
  view.setUint32(magic.length + 8, crc32([text, ...numbers]), true);
  return [start, text, ...numbers];
}

/** Throws `StudioError` for bytes that are not whole, or of another version. */
export function readMergeState(bytes: Uint8Array<ArrayBuffer>): MergeState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < fixed || new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic)
    throw damaged('it is none');
  if (view.getUint32(magic.length, true) !== version) throw damaged('another version of the studio wrote it');
  const length = view.getUint32(magic.length + 4, true);
  if (crc32([bytes.subarray(fixed)]) !== view.getUint32(magic.length + 8, true)) throw damaged('it is not whole');
  const header = headerOf(bytes.subarray(fixed, fixed + length));
  const numbers = new Numbers(bytes.slice(fixed + length));
  const { finished, current } = header;
  const state: MergeState = {
    finished: finished.map(({ steps, learnable }) => ({ steps, learnable: numbers.weights(learnable) })),
    current: {
      ...current,
      optimisers: current.optimisers.map(({ size, updates }) => ({
        value: numbers.take(size),
        mean: numbers.take(size),
        variance: numbers.take(size),
        updates,
      })),
      best: { ...current.best, kept: current.best.kept && numbers.weights(current.best.kept) },
    },
  };
  if (!numbers.areOver) throw damaged('it is longer than it says');
  return state;
}

function headerOf(text: Uint8Array): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder().decode(text)));
  } catch {
    throw damaged('its header cannot be read');
  }
}

class Numbers {
  private at = 0;
  private readonly all: Float32Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.all = new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
  }

  get areOver(): boolean {
    return this.at === this.all.length;
  }

  take(size: number): Float32Array<ArrayBuffer> {
    if (this.at + size > this.all.length) throw damaged('it is cut off');
    this.at += size;
    return this.all.subarray(this.at - size, this.at);
  }

  weights(tensors: Tensors): Weights {
    return new Map(
      tensors.map(({ name, shape }) => [name, { shape, values: this.take(shape.reduce((a, b) => a * b, 1)) }]),
    );
  }
}

const describe = (weights: Weights): Tensors => [...weights].map(([name, { shape }]) => ({ name, shape: [...shape] }));

const valuesOf = (weights: Weights): Float32Array[] => [...weights.values()].map(({ values }) => values);

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** Spaces after the header, whose bytes are its letters unless a name has others. */
const padding = (json: string): number => -new TextEncoder().encode(json).length & 3;

const damaged = (what: string): StudioError =>
  new StudioError({
    kind: 'run',
    message: `What was kept of this run cannot be read: ${what}.`,
    advice: 'Start the run anew.',
  });
