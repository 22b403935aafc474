/**
 * How errors cross between page and worker: a `StudioError` keeps its kind, advice and subject; any other error arrives
 * as a bug that says so. Importing this module on both sides is enough.
 */
import * as comlink from 'comlink';
import type { StudioErrorInfo } from '../engine/errors.ts';
import { StudioError } from '../engine/errors.ts';

/** What a person reads of anything that was thrown. */
export function errorInfo(thrown: unknown): StudioErrorInfo {
  if (thrown instanceof StudioError) return thrown.info;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    kind: 'bug',
    message: `The studio made a mistake: ${reason || 'it does not say which'}.`.replace(/([.!?])\.$/, '$1'),
    advice: 'Reload the page; if it happens again, report what you did and this sentence.',
  };
}

interface Thrown {
  value: unknown;
}

/** Takes the place of comlink's own handler, which keeps only an error's message. */
export const errorTransfer: comlink.TransferHandler<Thrown, StudioErrorInfo> = {
  canHandle: standardHandler().canHandle as comlink.TransferHandler<Thrown, StudioErrorInfo>['canHandle'],
  serialize: ({ value }) => [errorInfo(value), []],
  deserialize: (info) => {
    throw new StudioError(info);
  },
};

/** Comlink marks what was thrown with a symbol of its own; only its handler can tell. */
function standardHandler(): comlink.TransferHandler<unknown, unknown> {
  const handler = comlink.transferHandlers.get('throw');
  if (!handler) throw new Error('comlink has no handler for errors');
  return handler;
}

comlink.transferHandlers.set('throw', errorTransfer);

/** Answers with `value` and hands its buffers over instead of copying them. */
export const transferring = comlink.transfer;
