/** What there is to keep right now. */
import type { Session } from '../../worker/protocol.ts';
import { fileOf } from '../stores/file-of.ts';
import { useRecipe } from '../stores/recipe.ts';
import { useRuns } from '../stores/runs.ts';
import { packSession } from './pack.ts';

export function sessionNow(): Session {
  const { draft } = useRecipe.getState();
  return packSession({ ...useRuns.getState(), draft, fileOf });
}
