/** Which sources can be merged: of one kind and of equal shape, heads apart. Told by the number that differs. */
import type { Architecture } from '../architectures/model.ts';
import { StudioError } from '../errors.ts';

export interface NamedArchitecture {
  file: string;
  architecture: Architecture;
}

/** Numbers that sources must share, in the words of the page. */
function numbers(architecture: Architecture): [string, number | string][] {
  switch (architecture.kind) {
    case 'vit':
      return [
        ['width', architecture.width],
        ['blocks', architecture.blocks],
        ['heads', architecture.heads],
        ['hidden width', architecture.hidden],
        ['patch size', architecture.patch],
        ['image size', architecture.image],
        ['channels', architecture.channels],
        ['LayerNorm ε', architecture.epsilon],
        ['activation', architecture.activation],
      ];
    case 'mlp':
      return [
        ['inputs', architecture.inputs],
        ['hidden layers', architecture.widths.length],
        ['hidden widths', architecture.widths.join(', ')],
        ['activation', architecture.activation],
      ];
    default:
      throw architecture satisfies never;
  }
}

const kindNames = { vit: 'a vision transformer', mlp: 'an MLP' } as const;

/** Every reason why the sources cannot be merged, each against the first source. */
export function sourceProblems(sources: readonly NamedArchitecture[]): StudioError[] {
  const [first, ...others] = sources;
  if (!first || others.length === 0) {
    return [
      new StudioError({
        kind: 'sources',
        message: sources.length === 0 ? 'There are no sources yet.' : 'There is only one source.',
        advice: 'Drop at least two checkpoints.',
      }),
    ];
  }
  return others.flatMap((other) => differences(first, other));
}

function differences(first: NamedArchitecture, other: NamedArchitecture): StudioError[] {
  const problem = (message: string, advice: string, subject: string) =>
    new StudioError({ kind: 'sources', message, advice, subject });
  if (first.architecture.kind !== other.architecture.kind) {
    return [
      problem(
        `${first.file} is ${kindNames[first.architecture.kind]}, ${other.file} is ${kindNames[other.architecture.kind]}.`,
        'Choose sources of one kind.',
        other.file,
      ),
    ];
  }
  const theirs = new Map(numbers(other.architecture));
  return numbers(first.architecture)
    .filter(([name, value]) => theirs.get(name) !== value)
    .map(([name, value]) =>
      problem(
        `The sources differ in ${name}: ${value} in ${first.file}, ${theirs.get(name)} in ${other.file}.`,
        ['heads', 'LayerNorm ε', 'activation'].includes(name)
          ? 'Weights cannot tell this: set the right value on the source.'
          : 'Choose sources of equal shape.',
        other.file,
      ),
    );
}
