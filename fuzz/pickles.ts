/** Pickles of every protocol, opcode by opcode: what calls, what refers to itself, what never ends. Alone and as PyTorch packs them. */
import fc from 'fast-check';
import type { Files } from './generate.ts';
import { handmadeZip, integer, joined, utf8 } from './make.ts';

const line = (opcode: string, ...lines: string[]): Uint8Array =>
  utf8(`${opcode}${lines.map((text) => `${text}\n`).join('')}`);
const short = (code: number, text: string): Uint8Array =>
  joined(Uint8Array.of(code, Math.min(255, utf8(text).length)), utf8(text).subarray(0, 255));

/** What a pickle may ask for: programs, ways around, and what PyTorch really writes. */
const globals: [string, string][] = [
  ['os', 'system'],
  ['posix', 'system'],
  ['builtins', 'eval'],
  ['builtins', 'exec'],
  ['__builtin__', 'getattr'],
  ['subprocess', 'Popen'],
  ['nt', 'system'],
  ['copyreg', '_reconstructor'],
  ['copy_reg', '__newobj__'],
  ['functools', 'partial'],
  ['operator', 'attrgetter'],
  ['importlib', 'import_module'],
  ['torch', 'load'],
  ['torch._utils', '_rebuild_tensor_v2'],
  ['torch._utils', '_rebuild_parameter'],
  ['torch', 'FloatStorage'],
  ['torch', 'HalfStorage'],
  ['torch.storage', 'UntypedStorage'],
  ['torch', 'Size'],
  ['torch.nn.modules.linear', 'Linear'],
  ['collections', 'OrderedDict'],
  ['numpy.core.multiarray', '_reconstruct'],
  ['numpy', 'ndarray'],
  ['_codecs', 'encode'],
  ['__main__', '__proto__'],
  ['constructor', 'prototype'],
  ['', ''],
];
const named = fc.constantFrom(...globals);
const word = fc.constantFrom(
  'weight',
  '0.weight',
  'storage',
  'cpu',
  '0',
  '__proto__',
  'constructor',
  '__class__',
  '__reduce__',
  'state_dict',
  '_parameters',
  '_modules',
  'echo',
  'a'.repeat(300),
);

const opcode: fc.Arbitrary<Uint8Array> = fc.oneof(
  // Marks, ends, containers, memo, build and calls: without operands.
  fc.constantFrom(
    ...'(.012abdelostu}])RQ\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94N'
      .split('')
      .map((code) => Uint8Array.of(code.charCodeAt(0))),
  ),
  named.map(([module, name]) => line('c', module, name)),
  named.map(([module, name]) => line('i', module, name)),
  named.map(([module, name]) => joined(short(0x8c, module), short(0x8c, name), Uint8Array.of(0x93))),
  word.map((text) => joined(utf8('X'), integer(utf8(text).length, 4), utf8(text))),
  word.map((text) => short(0x8c, text)),
  word.map((text) => short(0x55, text)),
  word.map((text) => line('S', `'${text}'`)),
  word.map((text) => line('P', text)),
  fc.nat(255).map((value) => Uint8Array.of(0x4b, value)),
  fc.nat(65535).map((value) => joined(utf8('M'), integer(value, 2))),
  fc.integer().map((value) => joined(utf8('J'), integer(value, 4))),
  fc.constantFrom('1', '-1', '99999999999999999999', 'x', '').map((text) => line('I', text)),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => joined(Uint8Array.of(0x8a, bytes.length), bytes)),
  fc.constantFrom(2 ** 31 - 1, 2 ** 20, 3).map((size) => joined(Uint8Array.of(0x8b), integer(size, 4))),
  fc.double().map((value) => joined(utf8('G'), new Uint8Array(new Float64Array([value]).buffer).reverse())),
  fc.nat(6).map((place) => Uint8Array.of(0x71, place)),
  fc.nat(6).map((place) => Uint8Array.of(0x68, place)),
  fc.constantFrom(2 ** 31, 2 ** 32 - 1, 5).map((place) => joined(utf8('r'), integer(place, 4))),
  fc.constantFrom(2n ** 40n, 2n ** 63n, 8n).map((size) => joined(Uint8Array.of(0x95), integer(size, 8))),
  fc.constantFrom(2n ** 33n, 4n).map((size) => joined(Uint8Array.of(0x8d), integer(size, 8), utf8('text'))),
  fc.nat(255).map((value) => Uint8Array.of(value)),
);

const program = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(fc.nat(6), fc.array(opcode, { maxLength: 40 }))
      .map(([protocol, codes]) => joined(Uint8Array.of(0x80, protocol), ...codes, utf8('.'))),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      // A list in itself, a dictionary in itself, a state that is its object.
      joined(utf8(']q'), Uint8Array.of(0), utf8('h'), Uint8Array.of(0), utf8('a.')),
      joined(utf8('}q'), Uint8Array.of(0), utf8('X'), integer(1, 4), utf8('ah'), Uint8Array.of(0), utf8('s.')),
      joined(
        line('c', 'torch.nn.modules.linear', 'Linear'),
        utf8(')'),
        Uint8Array.of(0x81),
        utf8('q'),
        Uint8Array.of(0),
        utf8('h'),
        Uint8Array.of(0),
        utf8('b.'),
      ),
      // Lists in lists, tuples that double.
      joined(utf8(']'.repeat(100_000)), utf8('a'.repeat(99_999)), utf8('.')),
      joined(utf8(')'), ...new Array(60).fill(joined(utf8('2'), Uint8Array.of(0x86))), utf8('.')),
      joined(utf8('('.repeat(200_000)), utf8('.')),
    ),
  },
);

/** Alone, as torch.save wrote before 1.6, and in today's zip. */
export const pickleFiles: Files = fc.oneof(
  program.map((bytes) => [{ name: 'model.pt', bytes: joined(bytes) }]),
  program.map((bytes) => [
    {
      name: 'model.pth',
      bytes: handmadeZip([
        { path: 'archive/data.pkl', bytes },
        { path: 'archive/version', bytes: utf8('3\n') },
        { path: 'archive/data/0', bytes: new Uint8Array(64) },
      ]),
    },
  ]),
  fc.array(program, { minLength: 1, maxLength: 4 }).map((parts) => [
    {
      name: 'old.pt',
      bytes: joined(
        Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e),
        Uint8Array.of(0x80, 2, 0x4d, 0xe9, 0x03, 0x2e),
        ...parts,
      ),
    },
  ]),
);
