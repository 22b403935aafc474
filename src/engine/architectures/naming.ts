/**
 * Naming schemes: what checkpoint files call the parameters of a canonical model. A scheme is a declarative table that is
 * read both ways: file tensor → canonical parameters on the way in, canonical parameters → file tensor on the way out.
 */
import { StudioError } from '../errors.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import type { Facts } from './facts.ts';
import type { Architecture } from './model.ts';

/** One file tensor and the canonical parameters it holds, stacked on the first axis when there are several. */
export interface TensorRule {
  file: string;
  canonical: readonly string[];
  /** The file's shape, from the (stacked) canonical shape, where it is another: same elements in the same order but for `axes`. */
  shape?: (canonical: readonly number[]) => number[];
  /** Axes of the file's tensor in canonical order: `[1, 0]` for a kernel `[in, out]`. */
  axes?: readonly number[];
  /**
   * A bias of the same network that the scheme has no tensor for; it is the same when added to the rows from `from` on. Zeros
   * on the way in.
   */
  absorbs?: { name: string; from: number };
}

/** How a given file has it; with one of these a tensor is read, and never written. */
export interface FileTensorRule extends TensorRule {
  /** Tensor of the file whose entries scale the rows: LayerScale after a linear layer. */
  scale?: string;
  /** Rows of the canonical parameter that the file leaves out; they are zeros. */
  gap?: { at: number; rows: number };
  /** Zeros stand for a tensor that is not there. */
  optional?: boolean;
}

/** Several file tensors, all of one shape, that make one canonical parameter. */
export interface JoinedRule {
  files: readonly string[];
  canonical: readonly [string];
  shape: readonly number[];
  join(parts: readonly Float32Array[]): Float32Array;
  split(values: Float32Array): Float32Array[];
}

/** A parameter that the scheme has no tensor for, as it always has this value. */
export interface ImpliedRule {
  implied: 'zeros' | 'identity';
  canonical: readonly [string];
}

/** A line of a scheme's table. */
export type NamingRule = TensorRule | JoinedRule | ImpliedRule;

/** A line of the table of one file. */
export type FileRule = FileTensorRule | JoinedRule | ImpliedRule;

/** A scheme that fits a checkpoint: the architecture that its shapes tell, and the table. */
export interface SchemeMatch {
  scheme: string;
  /** What stands before the scheme's names in the file: "module.". */
  prefix: string;
  architecture: Architecture;
  facts: Facts;
  /** The table of the file as it is. */
  rules: readonly FileRule[];
  /**
   * The table of an architecture of this kind, named as the file names its own, without the prefix; a merged network may be
   * deeper than it. Throws `StudioError` when the scheme cannot hold the architecture.
   */
  rulesFor(architecture: Architecture): NamingRule[];
  /** Tensors of the file that the model does not need and that do not change its function. */
  ignored: string[];
  /** What was taken for granted, in sentences. */
  assumed: string[];
}

export interface NamingScheme {
  name: string;
  /** Null when the checkpoint's names are not of this scheme; throws `StudioError` when they are but something is wrong. */
  match(checkpoint: Checkpoint): SchemeMatch | null;
  /** Null when models of the scheme can be of this architecture, else a sentence that says why not. */
  holds(architecture: Architecture): string | null;
  /** The table with the scheme's usual names, for an architecture that it holds. Throws `StudioError` for any other. */
  rulesFor(architecture: Architecture): NamingRule[];
  /** The config.json that loaders of the scheme look for. */
  config?(architecture: Architecture, labels?: readonly string[]): Record<string, unknown>;
}

/** Throws `StudioError` when a scheme cannot hold an architecture. */
export function assertHolds({ name, holds }: Pick<NamingScheme, 'name' | 'holds'>, architecture: Architecture): void {
  const reason = holds(architecture);
  if (reason === null) return;
  throw new StudioError({
    kind: 'recipe',
    message: `The model cannot be written with ${name} names. ${reason}`,
    advice: 'Choose other names for the export.',
    subject: name,
  });
}

/** Throws `StudioError` when a tensor has values that are no finite numbers. */
export function assertFinite(values: Float32Array, name: string, file: string): void {
  if (Number.isFinite(sumOf(values))) return;
  const bad = values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  throw new StudioError({
    kind: 'checkpoint',
    message: `"${name}" in ${file} has ${bad} ${bad === 1 ? 'value' : 'values'} that ${bad === 1 ? 'is' : 'are'} not a finite number.`,
    advice: 'The checkpoint was saved after its training diverged or in too small a float type; use an earlier one.',
    subject: name,
  });
}

/**
 * The sum in 64 bits, in which no number of finite 32-bit floats adds up to infinity: it is finite when all of them are. Four sums
 * side by side, since an addition waits for the one before.
 */
function sumOf(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = values.length - (values.length % 4);
  for (let i = 0; i < fours; i += 4) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
  }
  for (let i = fours; i < values.length; i++) a += values[i]!;
  return a + b + c + d;
}

export const brackets = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
