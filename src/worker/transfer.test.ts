import * as comlink from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { StudioError } from '../engine/errors.ts';
import { errorInfo } from './transfer.ts';

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const { port1, port2 } of channels.splice(0)) {
    port1.close();
    port2.close();
  }
});

/** Throws `error` behind a comlink channel and returns what arrives at the caller. */
async function across(error: unknown): Promise<unknown> {
  const channel = new MessageChannel();
  channels.push(channel);
  comlink.expose(
    {
      fail() {
        throw error;
      },
    },
    channel.port1,
  );
  const remote = comlink.wrap<{ fail(): void }>(channel.port2);
  return remote.fail().then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown,
  );
}

describe('errors between page and worker', () => {
  it('keep kind, message, advice and subject', async () => {
    const info = { kind: 'file', message: 'It is cut off.', advice: 'Copy it again.', subject: 'a.pt' } as const;
    const arrived = await across(new StudioError(info));
    expect(arrived).toBeInstanceOf(StudioError);
    expect((arrived as StudioError).info).toEqual(info);
  });

  it('have no subject where there was none', async () => {
    const arrived = await across(new StudioError({ kind: 'run', message: 'm', advice: 'a' }));
    expect(errorInfo(arrived)).toEqual({ kind: 'run', message: 'm', advice: 'a' });
  });

  it.each([
    [new TypeError('x is not a function'), 'The studio made a mistake: x is not a function.'],
    [new Error('It broke.'), 'The studio made a mistake: It broke.'],
    ['a text', 'The studio made a mistake: a text.'],
    [undefined, 'The studio made a mistake: undefined.'],
  ])('arrive as a bug when nobody meant them: %s', async (error, message) => {
    expect(errorInfo(await across(error))).toMatchObject({ kind: 'bug', message });
  });
});
