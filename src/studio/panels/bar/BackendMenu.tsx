import type { BackendChoice, BackendStatus } from '../../../worker/protocol.ts';
import { chooseBackend } from '../../actions/backend.ts';
import type { MenuItem } from '../../components/Menu.tsx';
import { Menu } from '../../components/Menu.tsx';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { useUi } from '../../stores/ui.ts';
import { backendOf, barControls } from '../../text/controls/page.ts';
import { backendNames } from '../../text/describe.ts';

/** Without the headers that the page should come with. The service worker adds them, which is there from the second visit on. */
const oneThread =
  'serviceWorker' in navigator
    ? ' One thread on this visit: from the next one on the studio can use all of this computer.'
    : ' One thread only, because of the way this page is served.';

/** Where the mathematics runs, why, and what else could be chosen. */
export function BackendMenu() {
  const status = useUi((state) => state.backend);
  const busy = useRuns(isBusy);
  return (
    <Menu<BackendChoice>
      label={status ? backendOf(status.label) : barControls.backend.label}
      className="backend-menu"
      button={
        <>
          <span className="backend-dot" data-ready={status !== null || undefined} />
          <span data-testid="backend-label">{status?.label ?? 'choosing a backend…'}</span>
        </>
      }
      items={items(status, busy)}
      value={status?.choice}
      onChoose={(choice) => void chooseBackend(choice)}
      intro={
        <p className="menu-intro">
          {status?.reason}
          {status?.name === 'wasm' && !crossOriginIsolated && oneThread}
          {busy && ' It can change when the run is over.'}
        </p>
      }
    />
  );
}

function items(status: BackendStatus | null, busy: boolean): MenuItem<BackendChoice>[] {
  const automatic = {
    value: 'auto' as const,
    label: 'Automatic',
    note: 'The fastest that this browser has.',
    disabled: busy,
  };
  const others =
    status?.available ?? (['webgpu', 'wasm', 'cpu'] as const).map((name) => ({ name, usable: true, note: '' }));
  return [
    automatic,
    ...others.map(({ name, usable, note }) => ({
      value: name,
      label: backendNames[name],
      note,
      disabled: busy || !usable,
    })),
  ];
}
