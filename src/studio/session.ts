/** The one connection to the worker. Its events go to the stores. */
import type { StudioErrorInfo } from '../engine/errors.ts';
import type { StudioClient } from '../worker/client.ts';
import { connect, errorInfo, WorkerLost, waitingClient } from '../worker/client.ts';
import type { StudioEvent } from '../worker/protocol.ts';
import type { TrainingEvent } from '../worker/protocol-training.ts';
import { useFiles } from './stores/files.ts';
import { applyRunEvent } from './stores/runs.ts';
import { notify, useUi } from './stores/ui.ts';

/** A worker that calls wait for. */
class Connecting {
  settled = false;
  resolve: (client: StudioClient) => void = () => {};
  reject: (reason: Error) => void = () => {};
  readonly promise = new Promise<StudioClient>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    const settle = () => {
      this.settled = true;
    };
    // Told where the worker is started; calls that waited for it fail with the same.
    this.promise.then(settle, settle);
  }
}

let connection = new Connecting();

/** Everything the worker can do. Until it has started, calls wait; so they do while one that was lost is replaced. */
export const client: StudioClient = waitingClient(() => connection.promise);

/** Starts the worker, chooses the backend and begins to listen. Call once. */
export const startSession = async (): Promise<void> => void (await begin(async () => {}));

/**
 * `fill` gives the worker what it has to have before calls that wait are made. False when the worker was lost on the way: it is
 * replaced then, as at any other time.
 */
async function begin(fill: (started: StudioClient) => Promise<void>): Promise<boolean> {
  const { client: started, start } = connect({
    onCrash(reason) {
      notify('page', errorInfo(reason));
      connection.reject(reason);
    },
    onLost: () => void replaceWorker(),
  });
  try {
    useUi.setState({ backend: await start(receive, useUi.getState().backendChoice) });
    await fill(started);
  } catch (error) {
    if (error instanceof WorkerLost) return false;
    notify('page', errorInfo(error));
  }
  connection.resolve(started);
  return true;
}

/** What a worker gets that takes the place of one that has ended. */
export interface Recovery {
  /** Null where another worker may be tried. */
  refusal: StudioErrorInfo | null;
  /** To be done before anybody else calls the worker. */
  fill(client: StudioClient): Promise<void>;
  /** What the page has to do when that is done. */
  after(): Promise<void>;
}

let recover: () => Promise<Recovery> = () => Promise.reject(new WorkerLost());

/** From now on a worker that has ended is replaced in this way. */
export const recoverWith = (way: () => Promise<Recovery>): void => {
  recover = way;
};

/** The worker is gone, with all that it had: a new one gets the files again, and goes on with what was trained. */
async function replaceWorker(): Promise<void> {
  if (connection.settled) connection = new Connecting();
  useUi.setState({ backend: null });
  const { fill, after, refusal } = await recover();
  if (refusal) {
    notify('page', refusal);
    connection.reject(new WorkerLost());
    return;
  }
  if (await begin(fill)) await after();
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
