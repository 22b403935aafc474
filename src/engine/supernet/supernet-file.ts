/**
 * A SuperNet as one safetensors file: M, U and LayerNorms under their names, the recipe and what the shapes mean in the
 * metadata, and for a sequential merge the merge so far, under `so_far.` (docs/method.md "SuperNet files").
 */
import { z } from 'zod';
import { depthOf } from '../alignment/pad-depth.ts';
import type { Architecture, VisionTransformer, Weights } from '../architectures/model.ts';
import { canPool, layoutOf, outputs, parameterShapes, plainVit, poolings } from '../architectures/model.ts';
import { assertFinite, brackets } from '../architectures/naming.ts';
import { StudioError } from '../errors.ts';
import { writeSafetensors } from '../formats/write/safetensors.ts';
import type { Recipe } from '../recipe.ts';
import { activations, matrixKinds, orders, recipeSchema } from '../recipe.ts';
import { mostSources } from '../recipe-rules.ts';
import type { Checkpoint, Weight } from '../tensors/host-tensor.ts';
import { hasDiagonal } from './kinds.ts';
import type { SavedSuperNet } from './saved.ts';
import { matricesOf } from './saved.ts';
import { normParameters, superNetPlan } from './supernet.ts';

const superNetKey = 'fs_merge_supernet';
const recipeKey = 'fs_merge_recipe';
const soFarPrefix = 'so_far.';

const size = z.number().int().positive().max(1e6);
export const architectureSchema: z.ZodType<Architecture> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('vit'),
    image: size,
    channels: size,
    patch: size,
    width: size,
    blocks: size.max(1000),
    heads: size,
    hidden: size,
    epsilon: z.number().positive(),
    activation: z.enum(activations),
    classes: size,
    classToken: z.boolean().default(plainVit.classToken),
    registers: z.number().int().nonnegative().max(1000).default(plainVit.registers),
    preNorm: z.boolean().default(plainVit.preNorm),
    pooling: z.enum(poolings).default(plainVit.pooling),
    output: z.enum(outputs).default(plainVit.output),
  }),
  z.strictObject({
    kind: z.literal('mlp'),
    inputs: size,
    widths: z.array(size).min(1).max(1000),
    activation: z.enum(activations),
    classes: size,
  }),
]);

const headerSchema = z.strictObject({
  version: z.literal(1),
  kind: z.enum(matrixKinds),
  rank: size,
  order: z.enum(orders),
  shape: z.strictObject({
    bodies: z.array(architectureSchema).min(2).max(mostSources),
    tasks: z.array(architectureSchema).min(2).max(mostSources),
    merged: architectureSchema,
  }),
  sources: z.array(z.number().int().nonnegative().nullable()).min(2).max(mostSources),
});
type Header = z.infer<typeof headerSchema>;

/** A SuperNet file whose header is read; its tensors are when they are asked for. */
export interface SuperNetFile extends Omit<SavedSuperNet, 'learnable' | 'soFar'> {
  file: string;
  recipe: Recipe;
  /** Reads and checks all tensors. Throws `StudioError`. */
  load(): Promise<SavedSuperNet>;
}

export function writeSuperNet(saved: SavedSuperNet, recipe: Recipe): Uint8Array<ArrayBuffer> {
  const { learnable, soFar, ...rest } = saved;
  const header: Header = { version: 1, ...rest };
  const metadata = { [superNetKey]: JSON.stringify(header), [recipeKey]: JSON.stringify(recipe) };
  const body = [...(soFar?.weights ?? [])].map(([name, weight]): [string, Weight] => [soFarPrefix + name, weight]);
  return writeSafetensors([...learnable, ...body], { elementType: 'F32', metadata });
}

/** Null when the checkpoint is no SuperNet file. Throws `StudioError` when it is one, but not as it should be. */
export function readSuperNet(checkpoint: Checkpoint): SuperNetFile | null {
  const written = checkpoint.metadata[superNetKey];
  if (written === undefined) return null;
  const { version: _, ...header } = parse(headerSchema, written, checkpoint.file);
  const recipe = parse(recipeSchema, checkpoint.metadata[recipeKey] ?? 'null', checkpoint.file);
  const contradiction = contradictionOf(header, recipe);
  if (contradiction !== null) throw damaged(checkpoint.file, `its description contradicts itself (${contradiction})`);
  const wanted = expectedShapes(header);
  for (const [name, shape] of wanted) checkShape(checkpoint, name, shape);
  const stray = [...checkpoint.tensors.keys()].find((name) => !wanted.has(name));
  if (stray !== undefined)
    throw damaged(checkpoint.file, `its tensor "${stray}" has no place in its description`, stray);
  return {
    ...header,
    file: checkpoint.file,
    recipe,
    async load() {
      const weights = await readAll(checkpoint, wanted.keys());
      const learnable = new Map([...weights].filter(([name]) => !name.startsWith(soFarPrefix)));
      return { ...header, learnable, soFar: soFarOf(header, weights) };
    },
  };
}

/** What a description cannot mean, in words; null where it can. */
function contradictionOf({ kind, order, shape, sources }: Omit<Header, 'version'>, recipe: Recipe): string | null {
  const { bodies, tasks, merged } = shape;
  const all = tasks.map((_, task) => task);
  const last = order === 'sequential' && tasks.length > 2 ? [null, tasks.length - 1] : all;
  if (sources.join() !== last.join() || bodies.length !== sources.length)
    return 'its sources are not those of its order';
  const networks = [...bodies, ...tasks, merged];
  if (networks.some((network) => network.kind !== merged.kind)) return 'its networks are of two kinds';
  if (networks.some((network) => depthOf(network) !== depthOf(merged))) return 'its networks are of unequal depth';
  const vits = contradictionOfVits(networks.filter((network) => network.kind === 'vit'));
  if (vits !== null) return vits;
  if (tasks.reduce((sum, task) => sum + task.classes, 0) !== merged.classes) return 'its classes do not add up';
  const { matrices } = superNetPlan(bodies, merged, tasks);
  const even = matrices.every(({ widths, merged: width }) => widths.every((own) => own === width));
  if (hasDiagonal(kind) && !even) return 'its matrices have a diagonal, but its widths differ';
  return recipe.method.name === 'fs-merge' ? null : 'its recipe is not of FS-Merge';
}

function contradictionOfVits(vits: readonly VisionTransformer[]): string | null {
  if (vits.some(({ width, heads }) => width % heads !== 0)) return 'heads do not divide a width';
  if (vits.some(({ image, patch }) => image % patch !== 0)) return 'patches do not tile an image';
  if (!vits.every(canPool)) return 'a head reads a token that is not there';
  return new Set(vits.map(layoutOf)).size > 1 ? 'its networks have unlike tokens' : null;
}

const hasSoFar = ({ sources }: Pick<Header, 'sources'>): boolean => sources.includes(null);

function expectedShapes({ kind, rank, shape, sources }: Omit<Header, 'version'>): Map<string, readonly number[]> {
  const { bodies, merged } = shape;
  const matrices = matricesOf({ kind, rank, shape });
  const parameters = parameterShapes(merged);
  const shapes = new Map<string, readonly number[]>(matrices.shapes());
  for (const name of normParameters(matrices.plan)) shapes.set(name, parameters.get(name) ?? []);
  const [first] = bodies;
  if (first && hasSoFar({ sources }))
    for (const [name, own] of parameterShapes(first)) shapes.set(soFarPrefix + name, own);
  return shapes;
}

function checkShape(checkpoint: Checkpoint, name: string, wanted: readonly number[]): void {
  const shape = checkpoint.tensors.get(name)?.shape;
  if (shape && shape.join() === wanted.join()) return;
  const found = shape ? `has shape ${brackets(shape)} instead of` : 'is missing; it should have shape';
  throw damaged(checkpoint.file, `its tensor "${name}" ${found} ${brackets(wanted)}`, name);
}

async function readAll(checkpoint: Checkpoint, names: Iterable<string>): Promise<Weights> {
  const weights = new Map<string, Weight>();
  for (const name of names) {
    const tensor = checkpoint.tensors.get(name);
    if (!tensor) throw new RangeError(`no tensor ${name}`);
    const weight = await tensor.read();
    assertFinite(weight.values, name, checkpoint.file);
    weights.set(name, weight);
  }
  return weights;
}

function soFarOf(header: Omit<Header, 'version'>, weights: Weights): SavedSuperNet['soFar'] {
  const [architecture] = header.shape.bodies;
  if (!architecture || !hasSoFar(header)) return null;
  const own = [...parameterShapes(architecture).keys()].map((name): [string, Weight] => [
    name,
    weights.get(soFarPrefix + name) as Weight,
  ]);
  return { architecture, weights: new Map(own) };
}

function parse<T>(schema: z.ZodType<T>, text: string, file: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : 'it is no JSON';
    throw damaged(file, `its description is not as the studio writes it (${reason})`);
  }
}

const damaged = (file: string, what: string, subject = file): StudioError =>
  new StudioError({
    kind: 'file',
    message: `${file} is a saved SuperNet, but ${what}.`,
    advice: 'Save the SuperNet again from its run.',
    subject,
  });
