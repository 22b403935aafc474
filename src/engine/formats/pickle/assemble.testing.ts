/** Assembles pickles by hand: each function returns the bytes of the instructions that leave its value on the stack. */
import { joined, littleEndian } from '../testing.ts';

type Code = Uint8Array;

/** A whole pickle that describes the value that `code` leaves. */
export const pickled = (...code: Code[]) => joined(0x80, 2, ...code, '.');

export const text = (value: string) => joined('X', littleEndian(new TextEncoder().encode(value).length, 4), value);
export const integer = (value: number) => joined('J', littleEndian(value < 0 ? value + 2 ** 32 : value, 4));
export const none = joined('N');
export const tuple = (...items: Code[]) => joined('(', ...items, 't');
export const list = (...items: Code[]) => joined('](', ...items, 'e');
export const dictionary = (...pairs: [Code, Code][]) => joined('}(', ...pairs.flat(), 'u');
/** A class or function by name, as protocols 0 to 3 write it. */
export const named = (module: string, name: string) => joined(`c${module}\n${name}\n`);
/** The same as protocol 4 writes it. */
export const namedOnStack = (module: Code, name: Code) => joined(module, name, 0x93);
export const called = (callable: Code, ...args: Code[]) => joined(callable, tuple(...args), 'R');
/** Sets `state` on `object`, as `__setstate__` or through its attributes. */
export const built = (object: Code, state: Code) => joined(object, state, 'b');

export function storage(key: string, type = 'FloatStorage', module = 'torch'): Code {
  return joined(tuple(text('storage'), named(module, type), text(key), text('cpu'), integer(4)), 'Q');
}

interface TensorParts {
  storage?: Code;
  offset?: number;
  shape?: number[];
  strides?: number[];
}

/** Four elements of storage "0" unless told otherwise. */
export function tensor({
  storage: from = storage('0'),
  offset = 0,
  shape = [4],
  strides = [1],
}: TensorParts = {}): Code {
  const place = [integer(offset), tuple(...shape.map(integer)), tuple(...strides.map(integer))];
  const hooks = called(named('collections', 'OrderedDict'));
  return called(named('torch._utils', '_rebuild_tensor_v2'), from, ...place, joined(0x89), hooks);
}
