/** Where the training of a SuperNet starts (docs/method.md "Where training starts", "Warm starts", "Many sources"). */
import type { Weights } from '../../architectures/model.ts';
import { StudioError } from '../../errors.ts';
import { seededRandom } from '../../random.ts';
import type { FsMergeOptions, Initialisation } from '../../recipe.ts';
import type { SuperNet } from '../../supernet/supernet.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { targetForm } from '../../theory/reach-target.ts';
import { closedMerge } from '../baselines/closed-merges.ts';
import type { ClosedMerge } from '../baselines/plain-method.ts';
import type { Material, MergeContext } from '../method.ts';

/** A matrix further from the closed form than this, relative to its norm, is not in the family. */
const tolerance = 1e-3;

type StartOptions = Pick<FsMergeOptions, 'initialisation' | 'warmStart' | 'kind'>;

/** Every learnable tensor. Throws `StudioError` when a warm start is not of the recipe's kind. */
export async function startOf(
  supernet: SuperNet,
  options: StartOptions,
  seed: number,
  { material, tasks }: Pick<MergeContext, 'material' | 'tasks'>,
): Promise<Map<string, Weight>> {
  const { initialisation, warmStart } = options;
  if (initialisation !== 'warm') return supernet.initial(initialisation, seed);
  if (warmStart === null) throw new RangeError('a warm start names what it starts from');
  if (material?.from === 'supernet') return new Map(material.saved.learnable);
  const { form, norms } =
    warmStart.from === 'method'
      ? await closedMerge(warmStart.method, supernet.bodies, tasks, supernet.plan, seed)
      : targetMerge(supernet, material);
  const { learnable, errors } = supernet.matrices.fit(form, seededRandom(seed));
  for (const [matrix, error] of errors) if (error > tolerance) throw notContained(matrix, error, options);
  return new Map([...learnable, ...norms]);
}

/** Source 1 alone, folded to the target (Mechanism 1), with the target's LayerNorms. */
function targetMerge(supernet: SuperNet, material: Material | null): ClosedMerge {
  const [first] = supernet.bodies;
  if (material?.from !== 'target' || !first) throw new RangeError('the warm start was not loaded');
  const { weights } = material.model;
  const norms = new Map([...weights].filter(([name]) => supernet.normParameters.includes(name)));
  return { form: targetForm(supernet.plan, first.weights, weights).form, norms };
}

const notContained = (matrix: string, error: number, { kind }: StartOptions): StudioError =>
  new StudioError({
    kind: 'recipe',
    message: `Matrices of kind "${kind}" do not contain this start: ${matrix} would be ${Number((error * 100).toPrecision(2))} % off.`,
    advice: 'Choose the kind "full", or a higher rank.',
    subject: matrix,
  });

/**
 * The last U of a sequential merge grows by a block for every source; its earlier blocks go on from where they are.
 * `learnable` holds the start of the new stage, whose last U has more columns in every tensor but A. A is not 0 any more, so
 * the new columns of B are, unless the start is random: the new block begins as its diagonal alone, and can grow.
 */
export function keepUnmerge(
  learnable: Map<string, Weight>,
  unmerge: string,
  previous: Weights,
  initialisation: Initialisation,
): void {
  for (const [name, grown] of learnable) {
    const before = name.startsWith(`${unmerge}.`) ? previous.get(name) : undefined;
    if (!before) continue;
    const [columns = 0, old = 0] = [grown.shape.at(-1), before.shape.at(-1)];
    const silent = name.endsWith('.b') && initialisation !== 'random';
    const values = silent ? new Float32Array(grown.values.length) : grown.values.slice();
    for (let row = 0; row * old < before.values.length; row++) {
      values.set(before.values.subarray(row * old, (row + 1) * old), row * columns);
    }
    learnable.set(name, { shape: grown.shape, values });
  }
}
