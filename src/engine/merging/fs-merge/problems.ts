/** What keeps FS-Merge from running on these sources with these options, told before anything is read or run. */
import { depthOf } from '../../alignment/pad-depth.ts';
import type { Architecture } from '../../architectures/model.ts';
import { parameterShapes } from '../../architectures/model.ts';
import { StudioError } from '../../errors.ts';
import type { AlignmentOptions, FsMergeOptions } from '../../recipe.ts';
import { hasDiagonal, hasRank } from '../../supernet/kinds.ts';
import type { NamedArchitecture } from '../compatibility.ts';
import type { WarmMaterial } from '../method.ts';
import type { StageShape } from './stages.ts';
import { stageShape, stagesOf } from './stages.ts';

type Found = Generator<StudioError>;

export function fsMergeProblems(
  sources: readonly NamedArchitecture[],
  options: FsMergeOptions,
  alignment: AlignmentOptions,
  warm: WarmMaterial | null,
): StudioError[] {
  const architectures = sources.map(({ architecture }) => architecture);
  const sizes = [...sizeProblems(architectures, options)];
  if (sizes.length > 0) return sizes;
  const last = stagesOf(sources.length, options.order).at(-1);
  if (!last) return [];
  const shape = stageShape(last, architectures, options, alignment);
  return [
    ...scopeProblems(shape, options),
    ...kindProblems(sources, shape, options),
    ...innerProblems(shape, options),
    ...warmProblems(shape, options, warm),
  ];
}

/** A size of the merged network that its architecture does not have, or that does not go together. */
function* sizeProblems(architectures: readonly Architecture[], { merged }: FsMergeOptions): Found {
  const [first] = architectures;
  if (first?.kind === 'mlp') {
    if (merged.width !== null || merged.hidden !== null || merged.heads !== null) {
      yield problem(
        'A merged width, hidden width or head count is for ViTs.',
        'Give the width of each hidden layer.',
        'merged',
      );
    }
    const depth = Math.max(...architectures.map(depthOf));
    if (merged.widths !== null && merged.widths.length !== depth) {
      yield problem(
        `${merged.widths.length} merged widths are given for ${depth} hidden layers.`,
        `Give ${depth} widths.`,
        'widths',
      );
    }
  }
  if (first?.kind === 'vit') {
    if (merged.widths !== null) {
      yield problem('Widths of hidden layers are for MLPs.', 'Give the width of the merged ViT.', 'merged');
    }
    const width = merged.width ?? first.width;
    const heads = merged.heads ?? first.heads;
    if (width % heads !== 0) {
      yield problem(
        `${heads} attention heads do not divide the merged width ${width}.`,
        `Choose ${divisors(width)} heads, or another width.`,
        'heads',
      );
    }
  }
}

const divisors = (width: number): string =>
  Array.from({ length: Math.min(width, 16) }, (_, index) => index + 1)
    .filter((count) => width % count === 0)
    .join(', ');

function* scopeProblems({ merged }: StageShape, { scope }: FsMergeOptions): Found {
  if (scope === 'local' && merged.kind !== 'mlp') {
    yield problem(
      'Local training is for MLPs: with skip connections and attention it fails.',
      'Choose the scope "global".',
      'scope',
    );
  }
}

function* kindProblems(
  sources: readonly NamedArchitecture[],
  { bodies, merged }: StageShape,
  options: FsMergeOptions,
): Found {
  const { kind, rank } = options;
  const width = merged.kind === 'vit' ? merged.width : (merged.widths[0] ?? 0);
  if (hasRank(kind) && rank > width) {
    yield problem(`Rank ${rank} is more than the merged width ${width}.`, `Choose a rank up to ${width}.`, 'rank');
  }
  const all = [...sources.map(({ architecture }) => architecture), ...bodies];
  if (hasDiagonal(kind) && all.some((architecture) => widthsOf(architecture) !== widthsOf(merged))) {
    yield problem(
      `Matrices with a diagonal need sources and merged network of one width: ${[...new Set([...all, merged].map(widthsOf))].join('; ')}.`,
      'Choose the kind "full" or "low-rank".',
      'kind',
    );
  }
  if (kind !== 'attention-heads') return;
  if (merged.kind !== 'vit') {
    yield problem('MLPs have no attention heads.', 'Choose another kind of matrices.', 'kind');
  } else if (all.some((architecture) => architecture.kind === 'vit' && architecture.heads !== merged.heads)) {
    yield problem(
      'Merging head by head needs as many heads in every source and in the merged network.',
      'Choose another kind of matrices, or set the right number of heads on the sources.',
      'kind',
    );
  }
}

/** Widths that M and U meet, in words. MLPs of unequal depth repeat their last one. */
const widthsOf = (architecture: Architecture): string =>
  architecture.kind === 'vit'
    ? `width ${architecture.width}, hidden ${architecture.hidden}`
    : `hidden ${[...new Set(architecture.widths)].length === 1 ? architecture.widths[0] : architecture.widths.join(' + ')}`;

function* innerProblems({ merged }: StageShape, { objective, inner }: FsMergeOptions): Found {
  if (objective !== 'inner') return;
  if (merged.kind !== 'vit') {
    yield problem(
      'MLPs have no blocks whose outputs could be compared.',
      'Choose the objective "own" or "all".',
      'objective',
    );
    return;
  }
  const beyond = inner.find(({ block }) => block > merged.blocks);
  if (beyond) {
    yield problem(
      `The objective compares block ${beyond.block}, but there are ${merged.blocks}.`,
      `Choose blocks 1 to ${merged.blocks}.`,
      'inner',
    );
  }
}

function* warmProblems({ merged, bodies }: StageShape, options: FsMergeOptions, warm: WarmMaterial | null): Found {
  if (warm?.from === 'target' && shapeKey(warm.model.architecture) !== shapeKey(merged)) {
    yield problem(
      'The target has another shape than the merged network.',
      'Choose a target of the merged network’s size.',
      'warmStart',
    );
  }
  if (warm?.from !== 'supernet') return;
  const { saved } = warm;
  const differs = (['kind', 'rank', 'order'] as const).filter((option) => saved[option] !== options[option]);
  if (saved.kind === 'full' || saved.kind === 'diagonal') differs.splice(differs.indexOf('rank') >>> 0, 1);
  for (const option of differs) {
    yield problem(
      `The saved SuperNet has the ${option} ${saved[option]}, the recipe ${options[option]}.`,
      `Choose the ${option} ${saved[option]}.`,
      option,
    );
  }
  const keys = (shape: StageShape) => [shape.merged, ...shape.bodies].map(shapeKey).join();
  if (differs.length === 0 && keys(saved.shape) !== keys({ merged, bodies, tasks: [] })) {
    yield problem(
      'The saved SuperNet was trained on sources of other shapes.',
      'Choose the sources and the merged size of its recipe, in its order.',
      'warmStart',
    );
  }
}

/** Shapes of all parameters of the body: what two networks must share to be folded alike. */
const shapeKey = (architecture: Architecture): string =>
  JSON.stringify([...parameterShapes(architecture)].filter(([name]) => !name.startsWith('head.')));

const problem = (message: string, advice: string, subject: string): StudioError =>
  new StudioError({ kind: 'recipe', message, advice, subject });
