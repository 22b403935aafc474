/** From a checkpoint to a source: its naming scheme, architecture and facts; weights are read when a run needs them. */
import { z } from 'zod';
import { StudioError } from '../errors.ts';
import type { FactOverrides } from '../recipe.ts';
import { factsSchema } from '../recipe.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import type { FactOrigin, Facts } from './facts.ts';
import type { Architecture, Model } from './model.ts';
import { outputs } from './model.ts';
import type { SchemeMatch } from './naming.ts';
import { schemes } from './schemes/schemes.ts';
import { unknownCheckpoint } from './schemes/unknown.ts';
import { checkShapes, readWeights } from './tables.ts';

/** Key of a checkpoint's string metadata under which the studio's own exports keep what weights cannot tell. */
export const factsKey = 'fs_merge_facts';

export interface Source {
  checkpoint: Checkpoint;
  match: SchemeMatch;
}

/** Finds the scheme that fits and checks every shape. Throws `StudioError` when none fits or something is missing. */
export function recogniseSource(checkpoint: Checkpoint): Source {
  for (const scheme of schemes) {
    const match = scheme.match(checkpoint);
    if (!match) continue;
    checkShapes(checkpoint, match);
    return withFileFacts({ checkpoint, match });
  }
  throw unknownCheckpoint(checkpoint);
}

/** The same source with facts that a person set. Throws `StudioError` when a fact cannot be. */
export function overrideFacts(source: Source, overrides: FactOverrides, origin: FactOrigin = 'person'): Source {
  const { match, checkpoint } = source;
  checkFacts(checkpoint.file, match.architecture, overrides, origin);
  const facts: Facts = { ...match.facts };
  const { heads, epsilon, activation, mean, std } = overrides;
  let architecture: Architecture = match.architecture;
  if (architecture.kind === 'vit') {
    architecture = {
      ...architecture,
      heads: heads ?? architecture.heads,
      epsilon: epsilon ?? architecture.epsilon,
    };
    if (heads !== undefined) facts.heads = { value: heads, origin };
    if (epsilon !== undefined) facts.epsilon = { value: epsilon, origin };
  }
  if (activation !== undefined) {
    facts.activation = { value: activation, origin };
    architecture = { ...architecture, activation };
  }
  if (mean !== undefined) facts.mean = { value: mean, origin };
  if (std !== undefined) facts.std = { value: std, origin };
  const settled = activation === undefined ? undefined : match.facts.activation.doubt;
  const assumed = match.assumed.filter((sentence) => sentence !== settled);
  return { ...source, match: { ...match, facts, architecture, assumed } };
}

function checkFacts(
  file: string,
  architecture: Architecture,
  { heads, mean, std }: FactOverrides,
  origin: FactOrigin,
): void {
  const says = origin === 'person' ? '' : ` as ${origin === 'file' ? 'its metadata' : origin} says`;
  if (architecture.kind === 'vit' && heads !== undefined && architecture.width % heads !== 0) {
    throw new StudioError({
      kind: 'checkpoint',
      message: `${file} cannot have ${heads} attention heads${says}: they do not divide its width ${architecture.width}.`,
      advice: `Choose a divisor of ${architecture.width}.`,
      subject: 'heads',
    });
  }
  for (const [name, numbers] of Object.entries({ mean, std })) {
    if (numbers === undefined || fitsChannels(architecture, numbers.length)) continue;
    const channels = architecture.kind === 'vit' ? architecture.channels : architecture.inputs;
    throw new StudioError({
      kind: 'checkpoint',
      message: `${file} cannot have a ${name} of ${numbers.length} numbers${says}: it takes ${channels} ${architecture.kind === 'vit' ? 'channels' : 'inputs'}.`,
      advice: 'Give one number for each channel.',
      subject: name,
    });
  }
}

/** The weights of a perceptron do not tell how many channels its inputs are of. */
const fitsChannels = (architecture: Architecture, channels: number): boolean =>
  architecture.kind === 'vit' ? architecture.channels === channels : architecture.inputs % channels === 0;

/** Reads all weights of a source. */
export async function loadModel({ checkpoint, match }: Source): Promise<Model> {
  return { architecture: match.architecture, weights: await readWeights(checkpoint, match) };
}

/** What is known of a network besides its architecture. */
export interface Written {
  /** Names of the classes, in the order of the head. */
  labels?: readonly string[];
  /** What the network takes: `(x - mean) / std` of pixels from 0 to 1. */
  mean?: readonly number[];
  std?: readonly number[];
}

/** What weights cannot tell, for the metadata of an export. */
export function describeFacts(architecture: Architecture, written: Written = {}): string {
  const { activation } = architecture;
  if (architecture.kind === 'mlp') return JSON.stringify({ activation, ...written });
  const { heads, epsilon, output } = architecture;
  return JSON.stringify({ heads, epsilon, activation, output, ...written });
}

/** What an export says of itself: facts, the names of its classes, and whether its head gives classes or an embedding. */
const writtenSchema = factsSchema.extend({
  output: z.enum(outputs).optional(),
  labels: z.array(z.string()).optional(),
});

function withFileFacts(source: Source): Source {
  const written = source.checkpoint.metadata[factsKey];
  if (written === undefined) return source;
  const { output, labels, ...facts } = parseFacts(written);
  const { match: plain, ...rest } = overrideFacts(source, facts, 'file');
  const named = labels?.length === plain.architecture.classes ? labels : null;
  const match = named
    ? { ...plain, facts: { ...plain.facts, labels: { value: named, origin: 'file' as const } } }
    : plain;
  if (match.architecture.kind === 'mlp' || output === undefined) return { ...rest, match };
  return { ...rest, match: { ...match, architecture: { ...match.architecture, output } } };
}

/** Metadata is a help, not a need: what cannot be read is guessed as for any other file. */
function parseFacts(text: string): z.infer<typeof writtenSchema> {
  try {
    return writtenSchema.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
}
