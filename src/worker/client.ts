/** The page's end of the worker: starts it, calls it, hears its events. */
import * as comlink from 'comlink';
import type { BackendChoice, BackendStatus, StudioApi, StudioEvent } from './protocol.ts';
import type { InspectorApi } from './protocol-matrices.ts';
import './transfer.ts';

export { errorInfo } from './transfer.ts';

/** The studio's api as the page calls it: every answer is a promise. */
export type StudioClient = Omit<StudioApi, 'start'>;

export interface Connection {
  client: StudioClient;
  /** Chooses a backend; events arrive from then on. Call once. */
  start(onEvent: (event: StudioEvent) => void, choice: BackendChoice): Promise<BackendStatus>;
}

/** Starts the worker. `onCrash` hears what goes wrong outside any call, for example when its script cannot be loaded. */
export function connect(onCrash: (reason: Error) => void): Connection {
  const worker = new Worker(new URL('./studio.worker.ts', import.meta.url), { type: 'module', name: 'studio' });
  worker.addEventListener('error', (event) => onCrash(new Error(event.message || 'its worker could not be started')));
  worker.addEventListener('messageerror', () => onCrash(new Error('a message of its worker could not be read')));
  const remote = comlink.wrap<StudioApi>(worker);
  return {
    client: remote as unknown as StudioClient,
    start: (onEvent, choice) => remote.start(comlink.proxy(onEvent), choice),
  };
}

/** A client before there is a worker: each call is made when the worker is there, in the order of the calls. */
export const waitingClient = (connected: Promise<StudioClient>): StudioClient =>
  new Proxy({} as StudioClient, {
    get:
      (_, name: keyof StudioClient) =>
      async (...inputs: never[]) =>
        ((await connected)[name] as (...inputs: never[]) => unknown)(...inputs),
  });

/** Starts a worker that draws and measures matrices, so that neither waits for a training step. */
export function connectInspector(onCrash: (reason: Error) => void): InspectorApi {
  const worker = new Worker(new URL('./inspector.worker.ts', import.meta.url), { type: 'module', name: 'inspector' });
  worker.addEventListener('error', (event) => onCrash(new Error(event.message || 'a worker could not be started')));
  return comlink.wrap<InspectorApi>(worker) as unknown as InspectorApi;
}
