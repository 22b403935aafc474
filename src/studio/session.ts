/** The one connection to the worker. Its events go to the stores. */
import type { StudioErrorInfo } from '../engine/errors.ts';
import type { StudioClient } from '../worker/client.ts';
import { connect, errorInfo, waitingClient } from '../worker/client.ts';
import type { StudioEvent } from '../worker/protocol.ts';
import type { TrainingEvent } from '../worker/protocol-training.ts';
import { useFiles } from './stores/files.ts';
import { applyRunEvent } from './stores/runs.ts';
import { notify, useUi } from './stores/ui.ts';

let connected: (client: StudioClient) => void;
let failed: (reason: Error) => void;
const connection = new Promise<StudioClient>((resolve, reject) => {
  connected = resolve;
  failed = reject;
});
// Told where the worker is started; calls that waited for it fail with the same.
connection.catch(() => {});

/** Everything the worker can do. Until it has started, calls wait. */
export const client: StudioClient = waitingClient(connection);

/** Starts the worker, chooses the backend and begins to listen. Call once. */
export async function startSession(): Promise<void> {
  const { client: started, start } = connect((reason) => {
    notify('page', errorInfo(reason));
    failed(reason);
  });
  try {
    useUi.setState({ backend: await start(receive, useUi.getState().backendChoice) });
  } catch (error) {
    notify('page', errorInfo(error));
  }
  connected(started);
}

function receive(event: StudioEvent): void {
  if (event.type === 'backend') {
    useUi.setState({ backend: event.status });
    if (event.error) notify('page', event.error);
    return;
  }
  if (event.type === 'loading') {
    // It may come after the answer that it is about.
    useFiles.setState(({ loading }) => ({ loading: loading === null ? null : event.note }));
    return;
  }
  if (event.type === 'sources') {
    hearTraining(event);
    return;
  }
  applyRunEvent(event);
}

let hearTraining: (event: TrainingEvent) => void = () => {};

/** Tells `hear` how far a training of sources is. */
export const listenToTraining = (hear: (event: TrainingEvent) => void): void => {
  hearTraining = hear;
};

/** Mistakes of the page that nothing else catches are shown, not hidden in the console. */
export function listenForMistakes(): void {
  const tell = (reason: unknown) => notify('page', errorInfo(reason));
  window.addEventListener('unhandledrejection', ({ reason }) => tell(reason));
  window.addEventListener('error', ({ error }) => error instanceof Error && tell(error));
}

/** Runs `work`; what it throws is told at its place instead. Answers null then. */
export async function attempt<T>(tell: (info: StudioErrorInfo) => void, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    tell(errorInfo(error));
    return null;
  }
}
