/** Asks the worker about the recipe whenever it changes. */
import { attempt, client } from '../session.ts';
import { currentRecipe, useRecipe } from '../stores/recipe.ts';
import { notify } from '../stores/ui.ts';

/** Time to go on typing before the worker is asked, in milliseconds. */
const patience = 150;

let latest = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Watches the draft from now on. */
export function watchRecipe(): void {
  useRecipe.subscribe(({ draft }, before) => {
    if (draft === before.draft) return;
    useRecipe.setState({ checking: true });
    clearTimeout(timer);
    timer = setTimeout(() => void checkRecipe(), patience);
  });
}

/** Asks at once. The answer to an earlier draft is thrown away. */
export async function checkRecipe(): Promise<void> {
  clearTimeout(timer);
  const own = ++latest;
  const recipe = currentRecipe();
  const check =
    recipe.sources.length === 0
      ? null
      : await attempt(
          (info) => notify('page', info),
          () => client.check(recipe),
        );
  if (own === latest) useRecipe.setState({ check, checking: false });
}
