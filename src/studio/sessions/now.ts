/** What there is to keep right now. */
import type { Session, SessionFile } from '../../worker/protocol.ts';
import { useFiles } from '../stores/files.ts';
import { useRecipe } from '../stores/recipe.ts';
import { useRuns } from '../stores/runs.ts';
import { useSessions } from '../stores/sessions.ts';
import { packSession } from './pack.ts';

export function sessionNow(): Session {
  const { draft } = useRecipe.getState();
  return packSession({ ...useRuns.getState(), draft, fileOf });
}

function fileOf(name: string): SessionFile {
  const { sources, images, texts, superNets, fingerprints } = useFiles.getState();
  const loaded = sources[name] ?? images[name] ?? texts[name] ?? superNets[name];
  if (loaded) return { name, bytes: loaded.bytes, fingerprint: fingerprints[name] ?? null };
  return useSessions.getState().files[name] ?? { name, bytes: null, fingerprint: null };
}
