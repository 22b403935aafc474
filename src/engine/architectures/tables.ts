/** Reads and writes weights by the tables of naming schemes. */
import { StudioError } from '../errors.ts';
import type { Checkpoint, HostTensor, Weight } from '../tensors/host-tensor.ts';
import { permuteAxes } from '../tensors/strides.ts';
import type { Architecture, Weights } from './model.ts';
import { concatenate, parameterShapes, sizeOf } from './model.ts';
import type {
  FileRule,
  FileTensorRule,
  ImpliedRule,
  JoinedRule,
  NamingRule,
  SchemeMatch,
  TensorRule,
} from './naming.ts';
import { assertFinite, brackets } from './naming.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Reads the canonical weights of a matched checkpoint. Throws `StudioError` on missing, misshapen or non-finite tensors. */
export async function readWeights(checkpoint: Checkpoint, match: SchemeMatch): Promise<Weights> {
  const shapes = parameterShapes(match.architecture);
  const weights = new Map<string, Weight>();
  const read = (rule: FileRule) => readRule(checkpoint, match.scheme, rule, shapes);
  for await (const [rule, values] of readAhead(match.rules, read)) {
    let offset = 0;
    for (const name of rule.canonical) {
      const shape = shapeOf(shapes, name);
      const end = offset + sizeOf(shape);
      weights.set(name, { shape, values: values.subarray(offset, end) });
      offset = end;
    }
    if ('absorbs' in rule && rule.absorbs) {
      const shape = shapeOf(shapes, rule.absorbs.name);
      weights.set(rule.absorbs.name, { shape, values: new Float32Array(sizeOf(shape)) });
    }
  }
  return weights;
}

/** Checks every shape without reading a weight. */
export function checkShapes(checkpoint: Checkpoint, match: SchemeMatch): void {
  const shapes = parameterShapes(match.architecture);
  for (const rule of match.rules) {
    for (const { file, shape, optional } of tensorsOf(rule, shapes)) {
      if (!optional || checkpoint.tensors.has(file)) expectTensor(checkpoint, match.scheme, file, shape);
    }
  }
}

/**
 * Names and shapes a model's weights the way a file of the scheme has them. Views where a tensor holds one parameter as it is.
 * Throws `RangeError` when the table leaves a parameter out or has one too many, `StudioError` when it has no tensor for one
 * that is needed.
 */
export function* nameWeights(
  architecture: Architecture,
  weights: Weights,
  rules: readonly NamingRule[],
): Generator<[string, Weight]> {
  const shapes = parameterShapes(architecture);
  const named = new Set(rules.flatMap(parametersOf));
  for (const name of shapes.keys()) if (!named.has(name)) throw new RangeError(`the naming scheme leaves out ${name}`);
  for (const rule of rules) {
    const parts = rule.canonical.map((name) => valuesOf(weights, name));
    if ('implied' in rule) assertImplied(rule, parts, shapes);
    else if ('files' in rule) yield* splitWeights(rule, concatenate(parts));
    else yield [rule.file, fileWeight(rule, weights, concatenate(parts), shapes)];
  }
}

const parametersOf = (rule: NamingRule): string[] =>
  'absorbs' in rule && rule.absorbs ? [...rule.canonical, rule.absorbs.name] : [...rule.canonical];

// ---- from a file ----

/** How many tensors are read ahead. Most are small, and take longer to be asked for than to be read. */
const ahead = 4;

/** Each item with what `read` makes of it, in order; the next ones are begun before, so that the disk is busy while values are checked. */
async function* readAhead<T, R>(items: readonly T[], read: (item: T) => Promise<R>): AsyncGenerator<[T, R]> {
  const begun: Promise<R>[] = [];
  for (const [index, item] of items.entries()) {
    for (const next of items.slice(index + begun.length, index + 1 + ahead)) {
      const reading = read(next);
      reading.catch(() => undefined); // it throws when its turn comes
      begun.push(reading);
    }
    yield [item, await begun.shift()!];
  }
}

async function readRule(checkpoint: Checkpoint, scheme: string, rule: FileRule, shapes: Shapes): Promise<Float32Array> {
  if ('implied' in rule) return impliedValues(rule, shapeOf(shapes, rule.canonical[0]));
  const read = async ({ file, shape }: FileTensor) => {
    const { values } = await expectTensor(checkpoint, scheme, file, shape).read();
    assertFinite(values, file, checkpoint.file);
    return values;
  };
  const tensors = tensorsOf(rule, shapes);
  if ('files' in rule) return rule.join(await Promise.all(tensors.map(read)));
  const [tensor, scale] = tensors as [FileTensor, FileTensor?];
  const whole = stackedShape(rule, shapes);
  if (rule.optional && !checkpoint.tensors.has(rule.file)) return new Float32Array(sizeOf(whole));
  let values = await read(tensor);
  if (rule.axes) values = permuteAxes(values, tensor.shape, rule.axes);
  if (scale) values = scaledRows(values, await read(scale));
  return rule.gap ? withGap(values, rule.gap, sizeOf(whole.slice(1))) : values;
}

interface FileTensor {
  file: string;
  shape: readonly number[];
  optional: boolean;
}

/** What a rule needs of a file. */
function tensorsOf(rule: FileRule, shapes: Shapes): FileTensor[] {
  if ('implied' in rule) return [];
  if ('files' in rule) return rule.files.map((file) => ({ file, shape: rule.shape, optional: false }));
  const optional = rule.optional ?? false;
  const tensors = [{ file: rule.file, shape: fileShape(rule, shapes), optional }];
  if (rule.scale) tensors.push({ file: rule.scale, shape: stackedShape(rule, shapes).slice(0, 1), optional });
  return tensors;
}

function expectTensor(checkpoint: Checkpoint, scheme: string, file: string, expected: readonly number[]): HostTensor {
  const tensor = checkpoint.tensors.get(file);
  if (!tensor) {
    throw new StudioError({
      kind: 'checkpoint',
      message: `${checkpoint.file} looks like a ${scheme} model, but it has no tensor "${file}" of shape ${brackets(expected)}.`,
      advice: 'Save the whole model again, or drop the complete checkpoint.',
      subject: file,
    });
  }
  if (tensor.shape.length !== expected.length || tensor.shape.some((axis, i) => axis !== expected[i])) {
    throw new StudioError({
      kind: 'checkpoint',
      message: `"${file}" in ${checkpoint.file} has shape ${brackets(tensor.shape)}; the rest of the model needs ${brackets(expected)}.`,
      advice: 'The file mixes tensors of different models, or its naming scheme is not the one it seems to be.',
      subject: file,
    });
  }
  return tensor;
}

function scaledRows(values: Float32Array, scale: Float32Array): Float32Array {
  const columns = values.length / scale.length;
  return values.map((value, index) => value * scale[Math.floor(index / columns)]!);
}

function withGap(values: Float32Array, { at, rows }: { at: number; rows: number }, columns: number): Float32Array {
  const whole = new Float32Array(values.length + rows * columns);
  whole.set(values.subarray(0, at * columns));
  whole.set(values.subarray(at * columns), (at + rows) * columns);
  return whole;
}

function impliedValues({ implied }: ImpliedRule, shape: readonly number[]): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  const [rows = 0, columns = 0] = shape;
  if (implied === 'identity') for (let row = 0; row < rows; row++) values[row * columns + row] = 1;
  return values;
}

// ---- to a file ----

function valuesOf(weights: Weights, name: string): Float32Array {
  const weight = weights.get(name);
  if (!weight) throw new RangeError(`the model has no parameter ${name}`);
  return weight.values;
}

function fileWeight(rule: TensorRule, weights: Weights, own: Float32Array, shapes: Shapes): Weight {
  const shape = fileShape(rule, shapes);
  const { absorbs, axes } = rule;
  const values = absorbs ? withBias(own, valuesOf(weights, absorbs.name), absorbs.from) : own;
  if (!axes) return { shape, values };
  const inOrder = axes.map((axis) => shape[axis] ?? 1);
  const back = axes.map((_, axis) => axes.indexOf(axis));
  return { shape, values: permuteAxes(values, inOrder, back) };
}

/** Rows `[rows, bias.length]` with the bias added to those from `from` on. */
function withBias(rows: Float32Array, bias: Float32Array, from: number): Float32Array {
  if (bias.every((value) => value === 0)) return rows;
  const start = from * bias.length;
  return rows.map((value, index) => (index < start ? value : value + bias[index % bias.length]!));
}

function* splitWeights(rule: JoinedRule, values: Float32Array): Generator<[string, Weight]> {
  for (const [index, part] of rule.split(values).entries()) {
    yield [rule.files[index] ?? '', { shape: rule.shape, values: part }];
  }
}

function assertImplied(rule: ImpliedRule, [values]: Float32Array[], shapes: Shapes): void {
  const [name] = rule.canonical;
  const implied = impliedValues(rule, shapeOf(shapes, name));
  if (values?.every((value, index) => value === implied[index])) return;
  throw new StudioError({
    kind: 'run',
    message: `The merged model has a "${name}" that is not ${rule.implied === 'zeros' ? 'zero' : 'the identity'}, and the names that were chosen have no tensor for it.`,
    advice: 'Choose other names for the export.',
    subject: name,
  });
}

// ---- shapes ----

function shapeOf(shapes: Shapes, name: string): readonly number[] {
  const shape = shapes.get(name);
  if (!shape) throw new RangeError(`the architecture has no parameter ${name}`);
  return shape;
}

/** Shape of a rule's canonical parameters, stacked on the first axis. */
function stackedShape(rule: NamingRule, shapes: Shapes): number[] {
  const [first = [], ...others] = rule.canonical.map((name) => shapeOf(shapes, name));
  return [others.reduce((rows, part) => rows + (part[0] ?? 1), first[0] ?? 1), ...first.slice(1)];
}

function fileShape(rule: FileTensorRule, shapes: Shapes): number[] {
  const [rows = 1, ...rest] = stackedShape(rule, shapes);
  const stacked = [rows - (rule.gap?.rows ?? 0), ...rest];
  if (rule.shape) return rule.shape(stacked);
  const { axes } = rule;
  return axes ? axes.map((_, axis) => stacked[axes.indexOf(axis)] ?? 1) : stacked;
}
