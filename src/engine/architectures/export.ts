/** From a merged model back to a file, in the naming scheme of a source. */
import { writeSafetensors } from '../formats/safetensors.ts';
import type { Recipe } from '../recipe.ts';
import type { Model } from './model.ts';
import type { SchemeMatch } from './naming.ts';
import { describeFacts, factsKey } from './source.ts';
import { nameWeights } from './tables.ts';

/**
 * safetensors, 32-bit, one plain network with a joint head: any ordinary loader of the scheme reads it.
 * Metadata: the recipe, the classes of each task, and what weights cannot tell.
 */
export function exportSafetensors(
  model: Model,
  { rulesFor }: Pick<SchemeMatch, 'rulesFor'>,
  recipe: Recipe,
): Uint8Array<ArrayBuffer> {
  const rules = rulesFor(model.architecture);
  const metadata = {
    fs_merge_recipe: JSON.stringify(recipe),
    [factsKey]: describeFacts(model.architecture),
  };
  return writeSafetensors(nameWeights(model.architecture, model.weights, rules), { elementType: 'F32', metadata });
}
