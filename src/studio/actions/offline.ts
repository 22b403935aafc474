/** Keeping the studio for work without network, taking over new versions, and files that the system opens with it. */
import { useOffline } from '../stores/offline.ts';
import { chosenFiles } from './dropped.ts';
import { takeFiles } from './files.ts';

/** Has the browser keep the studio. Where it cannot, for example over http, the studio works all the same. */
export async function keepOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  const registration = await serviceWorker.register('./service-worker.js').catch(() => undefined);
  if (!registration) return;
  useOffline.setState({ kept: registration.active ? 'kept' : 'keeping' });
  void serviceWorker.ready.then(() => useOffline.setState({ kept: 'kept' }));
  if (registration.waiting) useOffline.setState({ update: 'ready' });
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    // The first one has nothing to replace.
    if (!registration.active) return;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') useOffline.setState({ update: 'ready' });
    });
  });
  serviceWorker.addEventListener('message', ({ data }) => {
    if (data === 'other tabs') useOffline.setState({ update: 'tabs' });
  });
}

/** Loads the new version, unless another tab still holds the old one. */
export async function takeOver(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  registration?.waiting?.postMessage('take over');
}

/** What browsers that can be offered for files add to a window. */
interface LaunchQueue {
  setConsumer(take: (launch: { files: readonly FileSystemFileHandle[] }) => void): void;
}

/** Takes the files that the installed studio is opened with. */
export function takeLaunchedFiles(): void {
  const { launchQueue } = window as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    if (files.length > 0) void readLaunched(files);
  });
}

async function readLaunched(handles: readonly FileSystemFileHandle[]): Promise<void> {
  await takeFiles(chosenFiles(await Promise.all(handles.map((handle) => handle.getFile()))));
}
