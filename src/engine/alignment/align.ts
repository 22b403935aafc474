/**
 * Sources of unequal depth or image size made alike before they are merged (docs/method.md "Unequal sources"). Depth is padded
 * with identities, which changes no function; image and patch size become the first source's, if the recipe allows it.
 */
import type { Architecture, Model } from '../architectures/model.ts';
import type { AlignmentOptions } from '../recipe.ts';
import { depthOf, padArchitecture, padDepth } from './pad-depth.ts';
import { resizeVit } from './resize-vit.ts';

/** The models at one depth and one image and patch size; models that are so already are handed on. */
export function alignModels(models: readonly Model[], options: AlignmentOptions): Model[] {
  const aligned = alignArchitectures(
    models.map((model) => model.architecture),
    options,
  );
  return models.map((model, index) => {
    const target = aligned[index];
    if (!target) throw new RangeError(`no source ${index}`);
    const sized = target.kind === 'vit' ? resizeVit(model, target) : model;
    return padDepth(sized, depthOf(target), options.padding);
  });
}

/** The same for the architectures alone. */
export function alignArchitectures(
  architectures: readonly Architecture[],
  { padding }: AlignmentOptions,
): Architecture[] {
  const [first] = architectures;
  const depth = Math.max(...architectures.map(depthOf));
  return architectures.map((architecture) => {
    const padded = padArchitecture(architecture, depth, padding);
    return padded.kind === 'vit' && first?.kind === 'vit'
      ? { ...padded, image: first.image, patch: first.patch }
      : padded;
  });
}
