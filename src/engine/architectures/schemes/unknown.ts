/** What is said about a checkpoint that no scheme fits: what is in it, and what it is nearest to. */
import { StudioError } from '../../errors.ts';
import type { Checkpoint } from '../../tensors/host-tensor.ts';
import type { Architecture } from '../model.ts';
import { plainVit } from '../model.ts';
import type { NamingScheme } from '../naming.ts';
import { brackets } from '../naming.ts';
import { schemes } from './schemes.ts';

const vit = { ...plainVit, kind: 'vit', image: 2, channels: 1, patch: 1, width: 2, blocks: 1, heads: 1 } as const;
const sizes = { hidden: 1, epsilon: 1e-6, activation: 'gelu', classes: 1 } as const;

/** Small networks of which each scheme of vision transformers holds one; a perceptron's names are too few to be near to. */
const examples: readonly Architecture[] = [
  { ...vit, ...sizes },
  { ...vit, ...sizes, preNorm: true, output: 'embedding' },
];

export function unknownCheckpoint(checkpoint: Checkpoint): StudioError {
  const { file, container, tensors } = checkpoint;
  const first = [...tensors.values()].slice(0, 5).map(({ name, shape }) => `"${name}" ${brackets(shape)}`);
  const more = tensors.size > 5 ? ', …' : '';
  const near = nearest([...tensors.keys()]);
  const missing = near?.missing.slice(0, 5).map((name) => `"${name}"`);
  const others = near && near.missing.length > 5 ? ` and ${near.missing.length - 5} more` : '';
  return new StudioError({
    kind: 'checkpoint',
    message: `${file} (${container}) has ${tensors.size} tensors (${first.join(', ')}${more}), but their names are of no model that the studio knows.${
      near && missing?.length ? ` Nearest is ${near.scheme}; for that it lacks ${missing.join(', ')}${others}.` : ''
    }`,
    advice: `Rename the tensors to one of the known schemes: ${schemes.map(({ name }) => name).join(', ')}.`,
    subject: file,
  });
}

/** The scheme that has most names in common with these, numbers and prefixes aside, and what is missing from it. */
function nearest(names: readonly string[]): { scheme: string; missing: string[] } | null {
  const known = names.map(withoutNumbers);
  const has = (name: string) =>
    known.some((own) => own === name || own.endsWith(`.${name}`) || own.endsWith(`/${name}`));
  let best: { scheme: string; missing: string[]; share: number } | null = null;
  for (const scheme of schemes) {
    const table = namesOf(scheme);
    const missing = table.filter((name) => !has(withoutNumbers(name)));
    const share = table.length > 0 ? 1 - missing.length / table.length : 0;
    if (share > (best?.share ?? 0.2)) best = { scheme: scheme.name, missing, share };
  }
  return best;
}

const withoutNumbers = (name: string) => name.replace(/\d+/g, 'N');

function namesOf(scheme: NamingScheme): string[] {
  const example = examples.find((architecture) => scheme.holds(architecture) === null);
  if (!example) return [];
  return scheme.rulesFor(example).flatMap((rule) => ('file' in rule ? [rule.file] : []));
}
