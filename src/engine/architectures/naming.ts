/**
 * Naming schemes: what checkpoint files call the parameters of a canonical model. A scheme is a declarative table that is
 * read both ways: file tensor → canonical parameters on the way in, canonical parameters → file tensor on the way out.
 */
import { StudioError } from '../errors.ts';
import type { Activation } from '../recipe.ts';
import type { Checkpoint, HostTensor, Weight } from '../tensors/host-tensor.ts';
import type { Architecture, Weights } from './model.ts';
import { concatenate, parameterShapes, sizeOf } from './model.ts';

/** One file tensor and the canonical parameters it holds, stacked on the first axis when there are several. */
export interface NamingRule {
  file: string;
  canonical: string[];
  /** The file's shape where it is not the (stacked) canonical shape. Same elements in the same order. */
  shape?: (architecture: Architecture, canonical: readonly number[]) => number[];
}

/** Where a fact comes from: the file's metadata, the usual value of its scheme, a guess from its shapes, or the person. */
export type FactOrigin = 'file' | 'scheme' | 'guess' | 'person';

/** Something that weights cannot tell. */
export interface Fact<T> {
  value: T;
  origin: FactOrigin;
}

export interface Facts {
  heads: Fact<number> | null;
  epsilon: Fact<number> | null;
  activation: Fact<Activation>;
}

/** A scheme that fits a checkpoint: the architecture that its shapes tell, and the table. */
export interface SchemeMatch {
  scheme: string;
  architecture: Architecture;
  facts: Facts;
  /** The table of an architecture of this kind, named as the file names its own; a merged network may be deeper than it. */
  rulesFor(architecture: Architecture): NamingRule[];
  /** Tensors of the file that the model does not need and that do not change its function. */
  ignored: string[];
}

export interface NamingScheme {
  name: string;
  /** Null when the checkpoint's names are not of this scheme; throws `StudioError` when they are but something is wrong. */
  match(checkpoint: Checkpoint): SchemeMatch | null;
}

/** Reads the canonical weights of a matched checkpoint. Throws `StudioError` on missing, misshapen or non-finite tensors. */
export async function readWeights(checkpoint: Checkpoint, match: SchemeMatch): Promise<Weights> {
  const shapes = parameterShapes(match.architecture);
  const weights = new Map<string, Weight>();
  for (const rule of match.rulesFor(match.architecture)) {
    const tensor = expectTensor(checkpoint, match, rule, shapes);
    const { values } = await tensor.read();
    assertFinite(values, tensor.name, checkpoint.file);
    let offset = 0;
    for (const name of rule.canonical) {
      const shape = shapes.get(name) ?? [];
      const end = offset + sizeOf(shape);
      weights.set(name, { shape, values: values.subarray(offset, end) });
      offset = end;
    }
  }
  return weights;
}

/** Checks every shape without reading a weight. */
export function checkShapes(checkpoint: Checkpoint, match: SchemeMatch): void {
  const shapes = parameterShapes(match.architecture);
  for (const rule of match.rulesFor(match.architecture)) expectTensor(checkpoint, match, rule, shapes);
}

/**
 * Names and shapes a model's weights the way a file of the scheme has them. Views where a tensor holds one parameter.
 * Throws `RangeError` when the table leaves a parameter out or has one too many.
 */
export function* nameWeights(
  architecture: Architecture,
  weights: Weights,
  rules: readonly NamingRule[],
): Generator<[string, Weight]> {
  const shapes = parameterShapes(architecture);
  const named = new Set(rules.flatMap(({ canonical }) => canonical));
  for (const name of shapes.keys()) if (!named.has(name)) throw new RangeError(`the naming scheme leaves out ${name}`);
  for (const rule of rules) {
    const shape = fileShape(rule, architecture, shapes);
    const parts = rule.canonical.map((name) => {
      const weight = weights.get(name);
      if (!weight) throw new RangeError(`the model has no parameter ${name}`);
      return weight.values;
    });
    yield [rule.file, { shape, values: concatenate(parts) }];
  }
}

function expectTensor(
  checkpoint: Checkpoint,
  match: SchemeMatch,
  rule: NamingRule,
  shapes: ReadonlyMap<string, number[]>,
): HostTensor {
  const tensor = checkpoint.tensors.get(rule.file);
  const expected = fileShape(rule, match.architecture, shapes);
  if (!tensor) {
    throw new StudioError({
      kind: 'checkpoint',
      message: `${checkpoint.file} looks like a ${match.scheme} model, but it has no tensor "${rule.file}" of shape ${brackets(expected)}.`,
      advice: 'Save the whole model again, or drop the complete checkpoint.',
      subject: rule.file,
    });
  }
  if (tensor.shape.length !== expected.length || tensor.shape.some((axis, i) => axis !== expected[i])) {
    throw new StudioError({
      kind: 'checkpoint',
      message: `"${rule.file}" in ${checkpoint.file} has shape ${brackets(tensor.shape)}; the rest of the model needs ${brackets(expected)}.`,
      advice: 'The file mixes tensors of different models, or its naming scheme is not the one it seems to be.',
      subject: rule.file,
    });
  }
  return tensor;
}

function fileShape(rule: NamingRule, architecture: Architecture, shapes: ReadonlyMap<string, number[]>): number[] {
  const parts = rule.canonical.map((name) => {
    const shape = shapes.get(name);
    if (!shape) throw new RangeError(`${architecture.kind} has no parameter ${name}`);
    return shape;
  });
  const [first = [], ...others] = parts;
  const stacked = [others.reduce((rows, part) => rows + (part[0] ?? 1), first[0] ?? 1), ...first.slice(1)];
  return rule.shape ? rule.shape(architecture, stacked) : stacked;
}

/** Throws `StudioError` when a tensor has values that are no finite numbers. */
export function assertFinite(values: Float32Array, name: string, file: string): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * 0;
  if (sum === 0) return;
  const bad = values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  throw new StudioError({
    kind: 'checkpoint',
    message: `"${name}" in ${file} has ${bad} ${bad === 1 ? 'value' : 'values'} that ${bad === 1 ? 'is' : 'are'} not a finite number.`,
    advice: 'The checkpoint was saved after its training diverged or in too small a float type; use an earlier one.',
    subject: name,
  });
}

export const brackets = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
