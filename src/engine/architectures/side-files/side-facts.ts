/** What a file beside the weights tells: facts that weights cannot tell, and claims that they can check. */
import type { z } from 'zod';
import { StudioError } from '../../errors.ts';
import type { Activation, FactOverrides } from '../../recipe.ts';
import type { Resize, SideFileName } from '../facts.ts';

/** Something that the weights tell too: `name` is what the file calls it, "hidden_size". */
export interface Claim {
  name: string;
  value: number;
  of: 'width' | 'blocks' | 'hidden' | 'image' | 'patch' | 'channels' | 'classes' | 'embedding';
}

export interface SideFacts {
  file: SideFileName;
  /** A mean or std of one number is meant for all channels. */
  facts: FactOverrides;
  labels: string[] | null;
  resize: Resize | null;
  claims: Claim[];
}

/** A number where there is one. */
export type Maybe<T> = T | null | undefined;

/** Claims of those values that are there. */
export const claimsOf = (of: Claim['of'], named: Record<string, Maybe<number>>): Claim[] =>
  Object.entries(named).flatMap(([name, value]) => (typeof value === 'number' ? [{ name, value, of }] : []));

/** An edge given alone or as height and width; both are claimed where they differ. */
export const edges = (value: Maybe<number | number[]>): number[] =>
  typeof value === 'number' ? [value] : [...new Set(value ?? [])];

/** Drops what is not there, so that it overrides nothing. */
export function known<T extends object>(values: { [Key in keyof T]: Maybe<T[Key]> }): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== undefined),
  ) as Partial<T>;
}

/** Reads the known fields of a file. Throws `StudioError` with the first that is of the wrong kind. */
export function parse<T>(file: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new StudioError({
    kind: 'file',
    message: `${file} is not understood: "${issue?.path.join('.')}" in it is wrong (${issue?.message}).`,
    advice: 'Download the file again, or set the facts by hand.',
    subject: file,
  });
}

/** What libraries call the activations of the studio. */
const activationNames: Record<Activation, readonly string[]> = {
  gelu: ['gelu', 'gelu_python'],
  'gelu-tanh': ['gelu_pytorch_tanh', 'gelu_new', 'gelu_fast', 'gelu_python_tanh', 'gelu_accurate', 'gelu_tanh'],
  'quick-gelu': ['quick_gelu', 'quickgelu'],
  relu: ['relu'],
  tanh: ['tanh'],
  identity: ['linear', 'identity'],
};

/** The studio's activation of this name. Throws `StudioError` for one that it does not compute. */
export function activationOf(file: string, field: string, name: Maybe<string>): Activation | undefined {
  if (name === null || name === undefined) return undefined;
  for (const [activation, names] of Object.entries(activationNames)) {
    if (names.includes(name.toLowerCase())) return activation as Activation;
  }
  throw new StudioError({
    kind: 'checkpoint',
    message: `${file} says ${field} "${name}", an activation that the studio does not compute.`,
    advice: `It computes ${Object.keys(activationNames).join(', ')}.`,
    subject: file,
  });
}
