/** Which tab writes which session: a lock that the browser takes back when the tab is gone, however it goes. */

const prefix = 'fs-merge-studio session ';

/** Some browsers, and pages that came without https, have none. */
const locks = (): LockManager | undefined => navigator.locks;

/** Whether the session is this tab's now, for as long as it lives. False too where nobody can tell. */
export async function claim(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = locks()?.request(prefix + id, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => {});
    });
    if (asked) asked.catch(() => resolve(false));
    else resolve(false);
  });
}

/** Sessions that tabs have open, this one's too; none where nobody can tell. */
export async function claimedElsewhere(): Promise<Set<string>> {
  try {
    const { held = [] } = (await locks()?.query()) ?? {};
    return new Set(held.flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])));
  } catch {
    return new Set();
  }
}
