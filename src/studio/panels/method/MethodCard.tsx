import { Card } from '../../components/Card.tsx';
import { later } from '../../components/later.tsx';
import { currentRecipe, useRecipe } from '../../stores/recipe.ts';
import { cardControls } from '../../text/controls/page.ts';
import { describeMethod } from '../../text/describe.ts';
import { useProblems } from '../use-problems.ts';

const MethodFields = later(async () => (await import('./MethodFields.tsx')).MethodFields);

/** Card 3: how the sources are merged. */
export function MethodCard() {
  useRecipe((state) => state.draft);
  const problems = useProblems('method');
  return (
    <Card
      id="method"
      number={3}
      control={cardControls.method}
      line={describeMethod(currentRecipe().method)}
      problems={problems.length}
    >
      <MethodFields />
    </Card>
  );
}
