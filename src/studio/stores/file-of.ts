import type { SessionFile } from '../../worker/protocol.ts';
import { useFiles } from './files.ts';
import { useSessions } from './sessions.ts';

/** What is known of a file, loaded or expected. */
export function fileOf(name: string): SessionFile {
  const { sources, images, texts, superNets, fingerprints } = useFiles.getState();
  const loaded = sources[name] ?? images[name] ?? texts[name] ?? superNets[name];
  if (loaded) return { name, bytes: loaded.bytes, fingerprint: fingerprints[name] ?? null };
  return useSessions.getState().files[name] ?? { name, bytes: null, fingerprint: null };
}
