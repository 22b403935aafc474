import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../tensors/byte-source.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import { fingerprintOf } from './fingerprint.ts';

const file = (size: number, change?: number) => {
  const bytes = new Uint8Array(size).map((_, index) => (index * 31) % 251);
  if (change !== undefined) bytes[change] = 255;
  return bytesSource(bytes);
};

describe('the fingerprint of files', () => {
  it('is the hash of size and contents of a short file', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const inner = createHash('sha256').update(bytes).digest();
    const outer = createHash('sha256')
      .update(new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0]))
      .update(inner)
      .digest('hex');
    expect(await fingerprintOf([bytesSource(bytes)])).toBe(outer);
  });

  it('tells any byte of a short file apart, and the order of files', async () => {
    const one = await fingerprintOf([file(3e6)]);
    expect(await fingerprintOf([file(3e6, 1_500_000)])).not.toBe(one);
    expect(await fingerprintOf([file(10), file(20)])).not.toBe(await fingerprintOf([file(20), file(10)]));
  });

  it('tells both ends, the middle and the length of a long file apart, and reads 3 MiB of it', async () => {
    const size = 20_000_000;
    const one = await fingerprintOf([file(size)]);
    for (const change of [0, 1_000_000, size - 1, size - 1_000_000, 1 << 20, size - (1 << 20) - 1]) {
      expect(await fingerprintOf([file(size, change)]), `byte ${change}`).not.toBe(one);
    }
    expect(await fingerprintOf([file(size + 1)])).not.toBe(one);
    let read = 0;
    const gigabytes: ByteSource = {
      size: 8e9,
      async read(start, end) {
        read += end - start;
        return new Uint8Array(end - start);
      },
    };
    expect(await fingerprintOf([gigabytes])).toMatch(/^[0-9a-f]{64}$/);
    expect(read).toBe(3 << 20);
  });

  it('is none of a file that cannot be read', async () => {
    const gone: ByteSource = { size: 10, read: () => Promise.reject(new Error('gone')) };
    expect(await fingerprintOf([gone])).toBeNull();
  });
});
