/**
 * Task vectors (Ilharco et al., arXiv 2212.04089): what fine-tuning added to the checkpoint that all sources started from.
 * Shared by task arithmetic, TIES and DARE, which differ in how they make one vector of them. The body alone has a task vector:
 * heads are of unlike classes and stay the sources' own, side by side.
 */
import type { Model } from '../../architectures/model.ts';
import { parameterShapes } from '../../architectures/model.ts';
import { StudioError } from '../../errors.ts';
import type { NamedArchitecture } from '../compatibility.ts';
import type { Material } from '../method.ts';
import { combineModels } from './average.ts';

/** Body parameter name → source minus base, flattened. */
export type TaskVector = ReadonlyMap<string, Float32Array>;

/** One task vector for each model, over the body parameters in canonical order. */
export const taskVectors = (models: readonly Model[], base: Model): TaskVector[] =>
  models.map((model) => taskVector(model, base));

/** The difference of every body parameter of one model to the base's. */
export function taskVector(model: Model, base: Model): TaskVector {
  const names = [...bodyShapes(model).keys()];
  return new Map(names.map((name) => [name, difference(valuesOf(model, name), valuesOf(base, name))]));
}

/**
 * The base plus a vector that `combine` makes of the models' task vectors, one body parameter after the other in canonical
 * order; heads side by side.
 */
export function withTaskVector(
  models: readonly Model[],
  base: Model,
  combine: (vectors: readonly Float32Array[], name: string) => Float32Array,
): Model {
  return combineModels(models, (parts, name) => {
    const start = valuesOf(base, name);
    const vector = combine(
      parts.map((part) => difference(part, start)),
      name,
    );
    return start.map((value, index) => value + (vector[index] ?? 0));
  });
}

/** `scale · Σ τᵢ`, entry by entry. */
export function scaledSum(vectors: readonly Float32Array[], scale: number): Float32Array {
  const result = new Float32Array(vectors[0]?.length ?? 0);
  for (let index = 0; index < result.length; index++) {
    let sum = 0;
    for (const vector of vectors) sum += vector[index] ?? 0;
    result[index] = scale * sum;
  }
  return result;
}

/** What keeps a base from being one for these aligned sources of one size: there is none, or its body has another shape. */
export function baseProblems(sources: readonly NamedArchitecture[], material: Material | null): StudioError[] {
  if (material?.from !== 'base') return [missingBase()];
  const [first] = sources;
  const differing = first ? shapeDifference(material.model, first) : null;
  return differing === null ? [] : [problem(differing, 'Choose the checkpoint that the sources were fine-tuned from.')];
}

/** The base that the recipe names, read. */
export function baseOf(material: Material | null): Model {
  if (material?.from !== 'base') throw missingBase();
  return material.model;
}

const missingBase = (): StudioError =>
  problem(
    'The method needs the checkpoint that all sources were fine-tuned from.',
    'Drop that checkpoint and choose it as the base.',
  );

/** The first body parameter in which base and source differ, in a sentence; null if there is none. */
function shapeDifference(base: Model, source: NamedArchitecture): string | null {
  const [ours, theirs] = [bodyShapes(base), bodyShapes(source)];
  for (const [name, shape] of theirs) {
    const own = ours.get(name);
    if (!own) return `The base has no ${name}, and ${source.file} has.`;
    if (String(own) !== String(shape)) {
      return `${name} is ${sizeText(own)} in the base, ${sizeText(shape)} in ${source.file}.`;
    }
  }
  const extra = [...ours.keys()].find((name) => !theirs.has(name));
  return extra ? `The base has ${extra}, and ${source.file} has not.` : null;
}

const sizeText = (shape: readonly number[]): string => shape.join(' × ');

/** Shape of every parameter but the head's. */
const bodyShapes = ({ architecture }: Pick<Model, 'architecture'>): Map<string, number[]> =>
  new Map([...parameterShapes(architecture)].filter(([name]) => !name.startsWith('head.')));

const valuesOf = ({ weights }: Model, name: string): Float32Array => weights.get(name)?.values ?? new Float32Array();

const difference = (values: Float32Array, start: Float32Array): Float32Array =>
  values.map((value, index) => value - (start[index] ?? 0));

const problem = (message: string, advice: string): StudioError =>
  new StudioError({ kind: 'recipe', message, advice, subject: 'base' });
