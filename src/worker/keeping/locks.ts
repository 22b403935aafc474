/** Locks tell tabs of one another: whoever holds one lives. */

const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** Takes a lock for as long as this worker lives, or until the answer is called. */
export async function hold(name: string): Promise<() => void> {
  const manager = locks();
  if (!manager) return () => {};
  return new Promise((held) => {
    void manager.request(name, () => new Promise<void>((release) => held(release)));
  });
}

/** Names of the locks that somebody holds. */
export async function heldLocks(): Promise<Set<string>> {
  const { held = [] } = (await locks()?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => name ?? []));
}

export const runLock = (run: string): string => `fs-merge-studio run ${run}`;
