/** The page's end of the worker: starts it, calls it, hears its events, and notices when it is gone. */
import * as comlink from 'comlink';
import { StudioError } from '../engine/errors.ts';
import type { BackendChoice, BackendStatus, StudioApi, StudioEvent } from './protocol.ts';
import type { InspectorApi } from './protocol-matrices.ts';
import './transfer.ts';

export { errorInfo } from './transfer.ts';

/** The studio's api as the page calls it: every answer is a promise. */
export type StudioClient = Omit<StudioApi, 'start' | 'live'>;

export interface Connection {
  /** Calls of a worker that ends before it answers are refused with a `WorkerLost`. */
  client: StudioClient;
  /** Chooses a backend; events arrive from then on. Call once. */
  start(onEvent: (event: StudioEvent) => void, choice: BackendChoice): Promise<BackendStatus>;
  /** Ends the worker. */
  end(): void;
}

/** The worker has ended: closed, crashed or killed by the browser. */
export class WorkerLost extends StudioError {
  constructor() {
    super({
      kind: 'backend',
      message: "The studio's worker ended before it was done with this.",
      advice: 'It was started anew: try again.',
      subject: 'worker',
    });
  }
}

interface Hears {
  /** What goes wrong outside any call, for example when the worker's script cannot be loaded. */
  onCrash(reason: Error): void;
  /** The worker is gone. */
  onLost(): void;
}

let workers = 0;

/** Starts the worker. */
export function connect({ onCrash, onLost }: Hears): Connection {
  const worker = new Worker(new URL('./studio.worker.ts', import.meta.url), { type: 'module', name: 'studio' });
  worker.addEventListener('error', (event) => onCrash(new Error(event.message || 'its worker could not be started')));
  worker.addEventListener('messageerror', () => onCrash(new Error('a message of its worker could not be read')));
  const remote = comlink.wrap<StudioApi>(worker);
  const calls = new Calls();
  const lock = `fs-merge-studio worker ${Date.now()} ${++workers}`;
  void remote.live(lock).then(() =>
    navigator.locks?.request(lock, () => {
      worker.terminate();
      calls.refuse();
      onLost();
    }),
  );
  return {
    client: new Proxy({} as StudioClient, {
      get: (_, name: keyof StudioClient | 'then') =>
        // It is no promise, though promises are resolved with it.
        name === 'then'
          ? undefined
          : (...inputs: never[]) => calls.add((remote[name] as (...inputs: never[]) => Promise<unknown>)(...inputs)),
    }),
    start: (onEvent, choice) => calls.add(remote.start(comlink.proxy(onEvent), choice)),
    end: () => worker.terminate(),
  };
}

/** Calls that wait for their answers. */
class Calls {
  private readonly waiting = new Set<(reason: Error) => void>();

  add<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      answer.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
  }

  refuse(): void {
    for (const reject of this.waiting) reject(new WorkerLost());
    this.waiting.clear();
  }
}

/** Calls that change nothing, or the same when they are made twice: they are made again when their worker is lost. */
const repeatable: ReadonlySet<keyof StudioClient> = new Set([
  'check',
  'layers',
  'labelsByName',
  'setFacts',
  'thumbnails',
  'augmented',
  'checkTraining',
  'readRecipe',
  'expect',
  'remove',
  'pause',
  'resume',
  'stop',
  'discard',
  'keptRuns',
  'storage',
]);

/** A client before there is a worker: each call is made when the worker is there, in the order of the calls. */
export const waitingClient = (connected: () => Promise<StudioClient>): StudioClient =>
  new Proxy({} as StudioClient, {
    get: (_, name: keyof StudioClient) => {
      const call = async (...inputs: never[]) =>
        ((await connected())[name] as (...inputs: never[]) => Promise<unknown>)(...inputs);
      return (...inputs: never[]) =>
        call(...inputs).catch((error: unknown) => {
          if (error instanceof WorkerLost && repeatable.has(name)) return call(...inputs);
          throw error;
        });
    },
  });

/** Starts a worker that draws and measures matrices, so that neither waits for a training step. */
export function connectInspector(onCrash: (reason: Error) => void): InspectorApi {
  const worker = new Worker(new URL('./inspector.worker.ts', import.meta.url), { type: 'module', name: 'inspector' });
  worker.addEventListener('error', (event) => onCrash(new Error(event.message || 'a worker could not be started')));
  return comlink.wrap<InspectorApi>(worker) as unknown as InspectorApi;
}
