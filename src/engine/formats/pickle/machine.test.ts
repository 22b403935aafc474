import { describe, expect, test } from 'vitest';
import { StudioError } from '../../errors.ts';
import { joined, littleEndian } from '../testing.ts';
import * as p from './assemble.testing.ts';
import { unpickle } from './unpickle.ts';

const read = (bytes: Uint8Array) => unpickle('hand.pt', bytes);

describe('takes no longer than the pickle is long', () => {
  /** Forty lists, each twice in the next: 2^40 elements when somebody walks through them. */
  const laughs = joined(']', ...Array.from({ length: 40 }, () => joined('2', 0x86)));
  const within = (code: Uint8Array, milliseconds: number) => {
    const start = performance.now();
    const value = (() => {
      try {
        return read(code);
      } catch (error) {
        expect(error).toBeInstanceOf(StudioError);
        return error;
      }
    })();
    expect(performance.now() - start).toBeLessThan(milliseconds);
    return value;
  };

  test('keys, names and attributes that would be endless as text', () => {
    within(p.pickled(joined('}', laughs, 'Ns')), 1000);
    within(p.pickled(joined('(', laughs, 'Nd')), 1000);
    within(p.pickled(joined(laughs, laughs, 0x93)), 1000);
    within(p.pickled(joined(p.named('mine', 'M'), ')', 0x81, '}', laughs, 'Nsb')), 1000);
    within(p.pickled(joined(']}', laughs, 'Nsb')), 1000);
    within(p.pickled(joined(p.storage('0'), laughs, 'b')), 1000);
  });

  test('a number of 200 000 bytes', () => {
    expect(within(p.pickled(joined(0x8b, littleEndian(200_000, 4), new Uint8Array(200_000).fill(1))), 2000)).toBe(
      Infinity,
    );
  });

  test('nests as deep as it likes', () => {
    within(joined(0x80, 2, '('.repeat(200_000), 't'.repeat(200_000), '.'), 2000);
  });

  test('one list, made a dictionary again and again', () => {
    const pairs = joined(']q', 0, '(', ...new Array<Uint8Array>(2000).fill(p.tuple(p.integer(1), p.none)), 'e0');
    const again = joined(p.named('collections', 'OrderedDict'), 'h', 0, 0x85, 'R0');
    expect(within(joined(0x80, 2, pairs, ...new Array<Uint8Array>(2000).fill(again), 'N.'), 1000)).toBeInstanceOf(
      StudioError,
    );
  });

  test('one tuple of arguments, given to calls again and again', () => {
    const many = joined('(', ...new Array<Uint8Array>(20_000).fill(joined('N')), 'tq', 0, '0');
    const again = joined(p.named('torch._utils', '_rebuild_parameter'), 'h', 0, 'R0');
    const calls = new Array<Uint8Array>(5000).fill(again);
    expect(within(joined(0x80, 2, many, ...calls, 'N.'), 1000)).toBeInstanceOf(StudioError);
  });
});
