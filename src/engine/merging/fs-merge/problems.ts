/** What keeps FS-Merge from running on these sources with these options, told before anything is read or run. */
import { depthOf } from '../../alignment/pad-depth.ts';
import type { Architecture } from '../../architectures/model.ts';
import { StudioError } from '../../errors.ts';
import type { AlignmentOptions, FsMergeOptions } from '../../recipe.ts';
import { hasDiagonal, hasRank } from '../../supernet/kinds.ts';
import type { SavedSuperNet } from '../../supernet/saved.ts';
import type { NamedArchitecture } from '../compatibility.ts';
import type { Material } from '../method.ts';
import type { Stage, StageShape } from './stages.ts';
import { stageShape, stagesOf } from './stages.ts';

type Found = Generator<StudioError>;

export function fsMergeProblems(
  sources: readonly NamedArchitecture[],
  options: FsMergeOptions,
  alignment: AlignmentOptions,
  material: Material | null,
): StudioError[] {
  const architectures = sources.map(({ architecture }) => architecture);
  const sizes = [...sizeProblems(architectures, options)];
  if (sizes.length > 0) return sizes;
  const last = stagesOf(sources.length, options).at(-1);
  if (!last) return [];
  const shape = stageShape(last, architectures, options, alignment);
  return [
    ...scopeProblems(shape, options),
    ...kindProblems(shape, options),
    ...innerProblems(shape, options),
    ...warmProblems(last, shape, options, material),
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

function* kindProblems({ bodies, tasks, merged }: StageShape, options: FsMergeOptions): Found {
  const { kind, rank } = options;
  const width = merged.kind === 'vit' ? merged.width : (merged.widths[0] ?? 0);
  if (hasRank(kind) && rank > width) {
    yield problem(`Rank ${rank} is more than the merged width ${width}.`, `Choose a rank up to ${width}.`, 'rank');
  }
  const all = [...tasks, ...bodies];
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

function* warmProblems(stage: Stage, shape: StageShape, options: FsMergeOptions, material: Material | null): Found {
  if (material?.from === 'target' && shapeKey(material.model.architecture) !== shapeKey(shape.merged)) {
    yield problem(
      'The target has another shape than the merged network.',
      'Choose a target of the merged network’s size.',
      'warmStart',
    );
  }
  if (options.initialisation === 'warm' && options.warmStart?.from === 'method' && differ(shape)) {
    yield problem(
      `A start from the ${options.warmStart.method} needs sources and merged network of one size.`,
      'Choose sources of equal shape, or another initialisation.',
      'warmStart',
    );
  }
  if (material?.from === 'supernet') yield* savedProblems(material.saved, stage, shape, options);
}

const differ = ({ bodies, merged }: StageShape): boolean => bodies.some((body) => shapeKey(body) !== shapeKey(merged));

function* savedProblems(saved: SavedSuperNet, stage: Stage, shape: StageShape, options: FsMergeOptions): Found {
  const compared = hasRank(saved.kind) ? (['kind', 'rank', 'order'] as const) : (['kind', 'order'] as const);
  const differs = compared.filter((option) => saved[option] !== options[option]);
  for (const option of differs) {
    yield problem(
      `The saved SuperNet has the ${option} ${saved[option]}, the recipe ${options[option]}.`,
      `Choose the ${option} ${saved[option]}.`,
      option,
    );
  }
  if (differs.length > 0) return;
  const fewer = saved.shape.tasks.length;
  if (fewer !== stage.tasks || saved.sources.join() !== stage.bodies.join()) {
    yield problem(
      `The saved SuperNet is of ${fewer} sources, the recipe has ${stage.tasks}.`,
      'Choose the sources of its recipe, in its order.',
      'warmStart',
    );
    return;
  }
  const keys = ({ merged, bodies, tasks }: StageShape) => [merged, ...bodies, ...tasks].map(shapeKey).join();
  if (keys(saved.shape) !== keys(shape)) {
    yield problem(
      'The saved SuperNet was trained on sources of other shapes.',
      'Choose the sources and the merged size of its recipe, in its order.',
      'warmStart',
    );
  }
}

/** All that two networks must share to be folded alike: everything but what their heads give. */
const shapeKey = (architecture: Architecture): string =>
  JSON.stringify(Object.entries({ ...architecture, classes: 0, output: null }).sort(([a], [b]) => a.localeCompare(b)));

const problem = (message: string, advice: string, subject: string): StudioError =>
  new StudioError({ kind: 'recipe', message, advice, subject });
