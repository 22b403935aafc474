import { Card } from '../../components/Card.tsx';
import { later } from '../../components/later.tsx';
import { useRecipe } from '../../stores/recipe.ts';
import { cardControls } from '../../text/controls/page.ts';
import { count } from '../../text/numbers.ts';
import { useProblems } from '../use-problems.ts';

const ImagesFields = later(async () => (await import('./ImagesFields.tsx')).ImagesFields);

/** Card 2: which images belong to which task. */
export function ImagesCard() {
  const sources = useRecipe((state) => state.draft.sources);
  const problems = useProblems('images');
  const chosen = sources.flatMap((source) => source.images ?? []);
  const line = chosen.length === 0 ? 'none yet' : chosen.map(({ train }) => count(train)).join(' + ');
  return (
    <Card id="images" number={2} control={cardControls.images} line={line} problems={problems.length}>
      <ImagesFields />
    </Card>
  );
}
