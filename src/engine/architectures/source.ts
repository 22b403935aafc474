/** From a checkpoint to a source: its naming scheme, architecture and facts; weights are read when a run needs them. */
import { StudioError } from '../errors.ts';
import type { FactOverrides } from '../recipe.ts';
import { factsSchema } from '../recipe.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import type { Architecture, Model } from './model.ts';
import type { FactOrigin, Facts, NamingScheme, SchemeMatch } from './naming.ts';
import { checkShapes, readWeights } from './naming.ts';
import { sequential } from './sequential.ts';
import { timm } from './timm.ts';

/** Every naming scheme, most telling first. A new scheme is one file and one entry here. */
const schemes: readonly NamingScheme[] = [timm, sequential];

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
  const names = [...checkpoint.tensors.keys()];
  const examples = names
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(', ');
  throw new StudioError({
    kind: 'checkpoint',
    message: `${checkpoint.file} has ${names.length} tensors (${examples}${names.length > 3 ? ', …' : ''}), but their names are of no model that the studio knows.`,
    advice: `Known naming schemes: ${schemes.map((scheme) => scheme.name).join(', ')}. Rename the tensors to one of them.`,
  });
}

/** The same source with facts that a person set. Throws `StudioError` when a fact cannot be. */
export function overrideFacts(source: Source, overrides: FactOverrides, origin: FactOrigin = 'person'): Source {
  const { match } = source;
  const facts: Facts = { ...match.facts };
  let architecture: Architecture = match.architecture;
  if (architecture.kind === 'vit') {
    const { heads, epsilon } = overrides;
    if (heads !== undefined) {
      if (architecture.width % heads !== 0) {
        throw new StudioError({
          kind: 'checkpoint',
          message: `${source.checkpoint.file} cannot have ${heads} attention heads: they do not divide its width ${architecture.width}.`,
          advice: `Choose a divisor of ${architecture.width}.`,
          subject: 'heads',
        });
      }
      facts.heads = { value: heads, origin };
      architecture = { ...architecture, heads };
    }
    if (epsilon !== undefined) {
      facts.epsilon = { value: epsilon, origin };
      architecture = { ...architecture, epsilon };
    }
  }
  if (overrides.activation !== undefined) {
    facts.activation = { value: overrides.activation, origin };
    architecture = { ...architecture, activation: overrides.activation };
  }
  return { ...source, match: { ...match, facts, architecture } };
}

/** Reads all weights of a source. */
export async function loadModel({ checkpoint, match }: Source): Promise<Model> {
  return { architecture: match.architecture, weights: await readWeights(checkpoint, match) };
}

/** What weights cannot tell, for the metadata of an export. */
export function describeFacts(architecture: Architecture): string {
  const { activation } = architecture;
  return JSON.stringify(
    architecture.kind === 'vit'
      ? { heads: architecture.heads, epsilon: architecture.epsilon, activation }
      : { activation },
  );
}

function withFileFacts(source: Source): Source {
  const written = source.checkpoint.metadata[factsKey];
  if (written === undefined) return source;
  return overrideFacts(source, parseFacts(written), 'file');
}

/** Metadata is a help, not a need: what cannot be read is guessed as for any other file. */
function parseFacts(text: string): FactOverrides {
  try {
    return factsSchema.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
}
