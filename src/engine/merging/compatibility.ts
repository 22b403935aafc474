/** Which sources can be merged, after alignment and before it. Told by the number that differs. */

import { canPad, depthOf } from '../alignment/pad-depth.ts';
import type { Architecture, Pooling, VisionTransformer } from '../architectures/model.ts';
import { StudioError } from '../errors.ts';
import type { AlignmentOptions } from '../recipe.ts';

export interface NamedArchitecture {
  file: string;
  architecture: Architecture;
}

interface Trait {
  /** In the words of the page. */
  name: string;
  of(architecture: Architecture): number | string | null;
  advice: string;
}

/** A trait that only ViTs have. */
function trait(name: string, of: (vit: VisionTransformer) => number | string, advice: string): Trait {
  return { name, of: (a) => (a.kind === 'vit' ? of(a) : null), advice };
}

const otherShape = 'Choose sources of equal shape.';
const setFact = 'Weights cannot tell this: set the right value on the source.';

/** What the head reads, in words. */
const pooled: Record<Pooling, string> = {
  'class-token': 'the class token',
  mean: 'the mean over the patches',
  distilled: 'the class token and the distillation token',
};

/** How a ViT's tokens and features are laid out. M and U merge features, and what one source has no feature of they cannot make. */
const layout: readonly Trait[] = [
  trait(
    'class token',
    ({ classToken }) => (classToken ? 'one' : 'none'),
    'Choose sources that all have a class token, or none.',
  ),
  trait(
    'registers (tokens beside class token and patches)',
    ({ registers }) => registers,
    'Choose sources with as many: a register of one source has nothing to be merged with in another.',
  ),
  trait(
    'LayerNorm before the blocks',
    ({ preNorm }) => (preNorm ? 'one' : 'none'),
    'CLIP has one and most others have none: choose sources that all have it, or none.',
  ),
  trait(
    'what the head reads',
    ({ pooling }) => pooled[pooling],
    'Choose sources whose heads read the same: features of unlike tokens are not merged.',
  ),
];

/** What no alignment and no M or U can make alike. */
const shared: readonly Trait[] = [
  {
    name: 'inputs',
    of: (a) => (a.kind === 'mlp' ? a.inputs : null),
    advice: 'All sources of a merge see the same inputs: choose MLPs for images of one size.',
  },
  {
    name: 'channels',
    of: (a) => (a.kind === 'vit' ? a.channels : null),
    advice: 'Choose sources for images with as many channels.',
  },
  ...layout,
  { name: 'LayerNorm ε', of: (a) => (a.kind === 'vit' ? a.epsilon : null), advice: setFact },
  { name: 'activation', of: (a) => a.activation, advice: setFact },
];

const resizable: readonly Trait[] = ['patch', 'image'].map((side) => ({
  name: `${side} size`,
  of: (a) => (a.kind === 'vit' ? a[side as 'patch' | 'image'] : null),
  advice: 'Let the studio resize patch kernels and positions, or choose sources for images and patches of one size.',
}));

/** What a merge without M and U needs as well. */
const sizes: readonly Trait[] = [
  { name: 'width', of: (a) => (a.kind === 'vit' ? a.width : null), advice: otherShape },
  { name: 'heads', of: (a) => (a.kind === 'vit' ? a.heads : null), advice: setFact },
  { name: 'hidden width', of: (a) => (a.kind === 'vit' ? a.hidden : null), advice: otherShape },
  { name: 'hidden widths', of: (a) => (a.kind === 'mlp' ? a.widths.join(', ') : null), advice: otherShape },
];

const kindNames = { vit: 'a vision transformer', mlp: 'an MLP' } as const;

/** Every reason why the sources cannot be aligned, each against the first source. */
export function sourceProblems(sources: readonly NamedArchitecture[], { resize }: AlignmentOptions): StudioError[] {
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
  const stray = others.filter(({ architecture }) => architecture.kind !== first.architecture.kind);
  if (stray.length > 0) return stray.map((other) => otherKind(first, other));
  const traits = resize ? shared : [...shared, ...resizable];
  return [...others.flatMap((other) => differences(first, other, traits)), ...depthProblems(sources)];
}

/** For methods without M and U: every size in which aligned sources differ. */
export const sizeProblems = (sources: readonly NamedArchitecture[]): StudioError[] => {
  const [first, ...others] = sources;
  return first ? others.flatMap((other) => differences(first, other, sizes)) : [];
};

function differences(first: NamedArchitecture, other: NamedArchitecture, traits: readonly Trait[]): StudioError[] {
  return traits
    .filter(({ of }) => of(first.architecture) !== of(other.architecture))
    .map(({ name, of, advice }) =>
      problem(
        `The sources differ in ${name}: ${of(first.architecture)} in ${first.file}, ${of(other.architecture)} in ${other.file}.`,
        advice,
        other.file,
      ),
    );
}

/** Only an activation that leaves its own values as they are has an identity layer. */
function depthProblems(sources: readonly NamedArchitecture[]): StudioError[] {
  const deepest = Math.max(...sources.map(({ architecture }) => depthOf(architecture)));
  return sources
    .filter(({ architecture }) => depthOf(architecture) < deepest && !canPad(architecture))
    .map(({ file, architecture }) =>
      problem(
        `${file} has ${depthOf(architecture)} hidden layers where another source has ${deepest}, and with the activation ${architecture.activation} no layer is an identity.`,
        'Choose MLPs of one depth, or with ReLU.',
        file,
      ),
    );
}

const otherKind = (first: NamedArchitecture, other: NamedArchitecture): StudioError =>
  problem(
    `${first.file} is ${kindNames[first.architecture.kind]}, ${other.file} is ${kindNames[other.architecture.kind]}.`,
    'Choose sources of one kind.',
    other.file,
  );

const problem = (message: string, advice: string, subject: string): StudioError =>
  new StudioError({ kind: 'sources', message, advice, subject });
