import { freeColour } from '../../recipe/draft.ts';
import { useOwn } from '../../stores/own.ts';
import { useRecipe } from '../../stores/recipe.ts';

/** Colours that the networks have, or will have, as sources. */
export function useColours(): number[] {
  const curves = useOwn((state) => state.curves);
  const replace = useOwn((state) => state.replace);
  const networks = useOwn((state) => state.draft.networks.length);
  const sources = useRecipe((state) => state.draft.sources);
  if (curves.length > 0) return curves.map(({ colour }) => colour);
  const taken: { colour: number }[] = replace ? [] : [...sources];
  return Array.from({ length: networks }, () => {
    const colour = freeColour(taken);
    taken.push({ colour });
    return colour;
  });
}
