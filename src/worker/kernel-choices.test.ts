import { expect, it } from 'vitest';
import { rememberedChoices } from './kernel-choices.ts';

function memory(start: unknown = undefined) {
  const kept = new Map<string, unknown>();
  return {
    kept,
    get: async (key: string) => kept.get(key) ?? start,
    set: async (key: string, value: unknown) => void kept.set(key, structuredClone(value)),
  };
}

it('recalls what was kept, for each adapter, in another page too', async () => {
  const store = memory();
  const first = await rememberedChoices(store);
  expect(first.recall('one GPU')).toBeNull();
  first.keep('one GPU', { product: 'subgroups' });
  first.keep('another', { product: 'workgroup32' });
  const second = await rememberedChoices(store);
  expect(second.recall('one GPU')).toEqual({ product: 'subgroups' });
  expect(second.recall('another')).toEqual({ product: 'workgroup32' });
  expect(second.recall('a third')).toBeNull();
});

it('starts anew where the store is damaged or refuses', async () => {
  const damaged = await rememberedChoices(memory([['GPU', { product: 'parts' }], 'nonsense', [3, {}], ['x', null]]));
  expect(damaged.recall('GPU')).toEqual({ product: 'parts' });
  expect(damaged.recall('x')).toBeNull();
  const refusing = await rememberedChoices({
    get: () => Promise.reject(new Error('private window')),
    set: () => Promise.reject(new Error('private window')),
  });
  refusing.keep('GPU', { product: 'parts' });
  expect(refusing.recall('GPU')).toEqual({ product: 'parts' });
});
