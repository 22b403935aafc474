/** Choosing where the mathematics runs. */
import type { BackendChoice } from '../../worker/protocol.ts';
import { attempt, client } from '../session.ts';
import { remember } from '../stores/memory.ts';
import { clearNotices, notify, useUi } from '../stores/ui.ts';

export async function chooseBackend(choice: BackendChoice): Promise<void> {
  clearNotices('page');
  const backend = await attempt(
    (info) => notify('page', info),
    () => client.setBackend(choice),
  );
  if (!backend) return;
  remember('backend', choice);
  useUi.setState({ backend, backendChoice: choice });
}
