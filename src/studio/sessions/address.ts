/** Keeps the recipe in the page's address, and opens the recipe that an address brings. */
import { errorInfo } from '../../worker/client.ts';
import { asChosen, fromRecipe } from '../recipe/draft.ts';
import { client } from '../session.ts';
import { editDraft, useRecipe } from '../stores/recipe.ts';
import { notify, openCards } from '../stores/ui.ts';
import { linkHash, readHash } from './link.ts';

/** Browsers refuse an address that changes too often; in milliseconds. */
const pause = 400;

let timer: ReturnType<typeof setTimeout> | undefined;

/** From now on the address follows the cards, and the cards an address that a person enters. */
export function followAddress(): void {
  useRecipe.subscribe(({ draft }, before) => {
    if (draft === before.draft) return;
    clearTimeout(timer);
    timer = setTimeout(writeAddress, pause);
  });
  window.addEventListener('hashchange', () => void openAddress());
}

/** The page's address with the recipe of the cards. */
export function linkNow(): string {
  const { origin, pathname, search } = location;
  return origin + pathname + search + linkHash(asChosen(useRecipe.getState().draft));
}

function writeAddress(): void {
  const link = linkNow();
  if (link === location.href) return;
  // What else an address may say is left alone.
  const isOurs = location.hash === '' || location.hash.startsWith('#recipe=');
  if (isOurs) history.replaceState(history.state, '', link);
}

/** Puts the recipe of the address into the cards, if it has one. */
export async function openAddress(): Promise<void> {
  const read = readHash(location.hash);
  if (!read) return;
  try {
    if ('problem' in read) {
      const message = `The recipe in this address cannot be read: ${read.problem}.`;
      return notify('page', { kind: 'recipe', message, advice: 'Copy the whole link again, or go on without it.' });
    }
    const recipe = await client.readRecipe(read.value);
    editDraft(() => fromRecipe(recipe));
    openCards({ sources: true, images: true, method: true, run: true });
  } catch (error) {
    notify('page', errorInfo(error));
  }
}
