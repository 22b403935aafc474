/** Locks tell tabs of one another: whoever holds one lives. */

const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** Takes a lock for as long as this worker lives, or until the answer is called. */
export async function hold(name: string, mode: LockMode = 'exclusive'): Promise<() => void> {
  const manager = locks();
  if (!manager) return () => {};
  return new Promise((held) => {
    void manager.request(name, { mode }, () => new Promise<void>((release) => held(release)));
  });
}

/** Names of the locks that somebody holds. */
export async function heldLocks(): Promise<Set<string>> {
  const { held = [] } = (await locks()?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => name ?? []));
}

/** A copy that a tab has opened: its sources are read from it when they are needed. */
export const copyLock = (name: string): string => `fs-merge-studio copy ${name}`;

export const runLock = (run: string): string => `fs-merge-studio run ${run}`;
