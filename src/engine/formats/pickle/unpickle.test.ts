import { describe, expect, test } from 'vitest';
import { StudioError } from '../../errors.ts';
import { joined } from '../testing.ts';
import * as p from './assemble.testing.ts';
import { unpickle } from './unpickle.ts';
import { Opaque, PickledTensor, PythonName } from './values.ts';

const read = (bytes: Uint8Array) => unpickle('hand.pt', bytes);

function refusal(bytes: Uint8Array): StudioError {
  try {
    read(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError);
    return error as StudioError;
  }
  return expect.fail('nothing was refused');
}

describe('reads', () => {
  test('plain values, containers and tensors', () => {
    const pairs = p.list(p.tuple(p.text('w'), p.tensor()), p.tuple(p.text('n'), p.none));
    const value = read(p.pickled(p.called(p.named('collections', 'OrderedDict'), pairs)));
    expect(value).toEqual(
      new Map<string, unknown>([
        ['w', expect.any(PickledTensor)],
        ['n', null],
      ]),
    );
  });

  test('a parameter is its tensor', () => {
    const parameter = p.called(
      p.named('torch._utils', '_rebuild_parameter'),
      p.tensor({ offset: 3 }),
      joined(0x88),
      p.none,
    );
    expect(read(p.pickled(parameter))).toMatchObject({ offset: 3, shape: [4], strides: [1] });
  });

  test('sizes, devices, dtypes and sets', () => {
    const items = p.tuple(
      p.called(p.named('torch', 'Size'), p.list(p.integer(2), p.integer(-3))),
      p.called(p.named('torch', 'device'), p.text('cuda')),
      p.called(p.named('__builtin__', 'set'), p.list(p.integer(5))),
    );
    expect(read(p.pickled(items))).toEqual([[2, -3], 'cuda', [5]]);
    expect(read(p.pickled(p.named('torch', 'bfloat16')))).toEqual(new PythonName('torch.bfloat16'));
  });

  test('numbers of any length', () => {
    const long = (...bytes: number[]) => joined(0x8a, bytes.length, Uint8Array.from(bytes));
    const items = p.tuple(
      long(),
      long(0xff),
      long(0, 0, 0, 0, 0, 0xff),
      long(1, 0, 0, 0, 1),
      long(...new Array<number>(9).fill(0), 1),
      joined('I-7\nI01\nL12L\nF0.25\nG', 0x3f, 0xe0, new Uint8Array(6)),
    );
    expect(read(p.pickled(items))).toEqual([0, -1, -(2 ** 40), 2 ** 32 + 1, 2 ** 72, -7, true, 12, 0.25, 0.5]);
  });

  test('dictionaries of the first protocol, and what was kept for later', () => {
    expect(read(joined('(Vkey\np0\n(lp1\nI1\nag0\nad.'))).toEqual(new Map([['key', [1, 'key']]]));
  });

  test('tensors of a class of their own, and of a storage without a type', () => {
    const place = p.tuple(
      p.storage('0'),
      p.integer(1),
      p.tuple(p.integer(2)),
      p.tuple(p.integer(1)),
      joined(0x89),
      p.none,
    );
    const v2 = p.named('torch._utils', '_rebuild_tensor_v2');
    const rebuilt = p.called(
      p.named('torch._tensor', '_rebuild_from_type_v2'),
      v2,
      p.named('mine', 'Tensor'),
      place,
      p.none,
    );
    expect(read(p.pickled(rebuilt))).toMatchObject({ offset: 1, shape: [2], elementType: 'F32' });
    const untyped = p.storage('0', 'UntypedStorage', 'torch.storage');
    const parts = [untyped, p.integer(0), p.tuple(p.integer(2)), p.tuple(p.integer(1)), joined(0x89), p.none];
    const v3 = (dtype: string) =>
      p.called(p.named('torch._utils', '_rebuild_tensor_v3'), ...parts, p.named('torch', dtype));
    expect(read(p.pickled(v3('float16')))).toMatchObject({ elementType: 'F16', typeName: 'torch.float16' });
    expect(read(p.pickled(v3('float8_e4m3fn')))).toMatchObject({ elementType: null, typeName: 'torch.float8_e4m3fn' });
  });

  test('objects of unknown classes as bags of attributes', () => {
    const state = p.dictionary([p.text('__proto__'), p.integer(1)], [p.text('w'), p.tensor()]);
    const object = joined(p.named('mine', 'model'), ')', 0x81);
    const reconstructed = p.called(
      p.named('copyreg', '_reconstructor'),
      p.named('mine', 'Old'),
      p.named('builtins', 'object'),
      p.none,
    );
    const withSlots = p.built(joined(p.named('mine', 'model'), ')', 0x81), p.tuple(state, p.none));
    for (const code of [p.built(object, state), p.built(reconstructed, state), withSlots]) {
      const value = read(p.pickled(code)) as Opaque;
      expect(value).toBeInstanceOf(Opaque);
      expect([...value.attributes!]).toEqual([
        ['__proto__', 1],
        ['w', expect.any(PickledTensor)],
      ]);
      expect(Object.getPrototypeOf(value)).toBe(Opaque.prototype);
    }
    const ofItsOwn = joined(p.called(p.named('mine', 'Config')), p.text('a'), p.integer(1), 's');
    expect((read(p.pickled(ofItsOwn)) as Opaque).items).toEqual(new Map([['a', 1]]));
    expect(read(p.pickled(p.called(p.named('mine', 'Pooling'), p.integer(1))))).toBeInstanceOf(Opaque);
    const interpolation = p.named('torchvision.transforms.functional', 'InterpolationMode');
    expect(read(p.pickled(p.called(interpolation, p.text('bicubic'))))).toBeInstanceOf(Opaque);
  });

  test('a name that is only mentioned is its text', () => {
    expect(read(p.pickled(p.named('posix', 'system')))).toEqual(new PythonName('posix.system'));
  });

  test('what contains itself', () => {
    const list = read(joined(0x80, 2, ']q', 0, 'h', 0, 'a.')) as unknown[];
    expect(list[0]).toBe(list);
    const module = read(p.pickled(joined(p.named('mine', 'M'), ')', 0x81, 'q', 0, '}', p.text('self'), 'h', 0, 'sb')));
    expect((module as Opaque).attributes!.get('self')).toBe(module);
  });

  test('a key "__proto__" is a key like any other', () => {
    const inner = p.dictionary([p.text('polluted'), p.integer(1)]);
    const value = read(p.pickled(p.dictionary([p.text('__proto__'), inner], [p.text('constructor'), p.integer(2)])));
    expect(value).toEqual(
      new Map<string, unknown>([
        ['__proto__', new Map([['polluted', 1]])],
        ['constructor', 2],
      ]),
    );
    expect('polluted' in {}).toBe(false);
  });
});

describe('runs nothing and names what it was asked to run', () => {
  const shell = p.text('rm -rf /');
  const evil: [string, string, Uint8Array][] = [
    ['REDUCE', 'os.system', p.pickled(p.called(p.named('os', 'system'), shell))],
    ['REDUCE', 'builtins.eval', p.pickled(p.called(p.named('builtins', 'eval'), shell))],
    ['STACK_GLOBAL', 'builtins.eval', p.pickled(p.called(p.namedOnStack(p.text('builtins'), p.text('eval')), shell))],
    ['INST', 'os.system', joined('(', shell, 'ios\nsystem\n.')],
    ['OBJ', 'os.system', joined('(cos\nsystem\n', shell, 'o.')],
    ['NEWOBJ', 'subprocess.Popen', p.pickled(joined(p.named('subprocess', 'Popen'), p.tuple(shell), 0x81))],
    [
      'below a key "__proto__"',
      'os.system',
      p.pickled(p.dictionary([p.text('__proto__'), p.called(p.named('os', 'system'), shell)])),
    ],
    [
      'in the arguments of a tensor',
      'nt.system',
      p.pickled(p.tensor({ storage: p.called(p.named('nt', 'system'), shell) })),
    ],
    ['a name of JavaScript', '__proto__.constructor', p.pickled(p.called(p.named('__proto__', 'constructor')))],
    ['a member of an allowed name', 'torch.Size.__init__', p.pickled(p.called(p.named('torch', 'Size.__init__')))],
    ['a dtype', 'torch.float32', p.pickled(p.called(p.named('torch', 'float32')))],
    ['torch itself', 'torch.load', p.pickled(p.called(p.named('torch', 'load'), shell))],
    [
      'a storage that unpickles itself',
      'torch.storage._load_from_bytes',
      p.pickled(p.called(p.named('torch.storage', '_load_from_bytes'), shell)),
    ],
    ['a class that is called', 'argparse.Namespace', p.pickled(p.called(p.named('argparse', 'Namespace'), shell))],
    ['a class that takes a text', 'mine.Pooling', p.pickled(p.called(p.named('mine', 'Pooling'), shell))],
    ['getattr', 'builtins.getattr', p.pickled(p.called(p.named('builtins', 'getattr'), p.named('os', 'path'), shell))],
    [
      'a chain of getattr',
      '__builtin__.getattr',
      p.pickled(p.called(p.called(p.named('__builtin__', 'getattr'), p.named('os', 'path'), p.text('x')), shell)),
    ],
    [
      'partial',
      'functools.partial',
      p.pickled(p.called(p.named('functools', 'partial'), p.named('os', 'system'), shell)),
    ],
    [
      'an object whose class is a call',
      'builtins.__import__',
      p.pickled(joined(p.called(p.named('builtins', '__import__'), p.text('os')), ')', 0x81)),
    ],
    [
      'as the state of a module',
      'os.system',
      p.pickled(
        p.built(
          joined(p.named('torch.nn.modules.linear', 'Linear'), ')', 0x81),
          p.called(p.named('os', 'system'), shell),
        ),
      ),
    ],
    [
      'a tensor built by another function',
      'os.system',
      p.pickled(
        p.called(
          p.named('torch._tensor', '_rebuild_from_type_v2'),
          p.named('os', 'system'),
          p.none,
          p.tuple(shell),
          p.none,
        ),
      ),
    ],
    [
      'copyreg.__newobj__',
      'subprocess.Popen',
      p.pickled(p.called(p.named('copyreg', '__newobj__'), p.named('subprocess', 'Popen'), shell)),
    ],
  ];
  test.each(evil)('%s: %s', (_, name, bytes) => {
    const error = refusal(bytes);
    expect(error).toMatchObject({ kind: 'file', subject: 'hand.pt' });
    expect(error.message).toContain(`asks to run code: it calls for "${name}"`);
    expect(error.advice).toMatch(/state_dict\(\)|safetensors/);
  });

  test('a TorchScript program and a quantised tensor are called what they are', () => {
    expect(refusal(p.pickled(p.named('__torch__.model', 'Net'))).message).toMatch(/TorchScript/);
    expect(refusal(p.pickled(p.called(p.named('torch._utils', '_rebuild_qtensor'), p.none))).message).toMatch(
      /_rebuild_qtensor.*quantised/,
    );
  });

  test('a name of thousands of letters is shortened', () => {
    expect(refusal(p.pickled(p.called(p.named('evil', 'x'.repeat(5000))))).message.length).toBeLessThan(300);
  });
});

describe('refuses as damaged', () => {
  const size = p.named('torch', 'Size');
  const damaged: [string, Uint8Array][] = [
    [
      'attributes set on what it names',
      p.pickled(p.built(size, p.dictionary([p.text('path'), p.text('torch.FloatStorage')]))),
    ],
    ['a prototype set on what it names', p.pickled(p.built(size, p.dictionary([p.text('__proto__'), p.list()])))],
    ['a tensor without a storage', p.pickled(p.called(p.named('torch._utils', '_rebuild_tensor_v2'), p.none))],
    ['a tensor on a text', p.pickled(p.tensor({ storage: p.text('storage') }))],
    [
      'a storage without a key',
      p.pickled(joined(p.tuple(p.text('storage'), p.named('torch', 'FloatStorage'), p.none), 'Q')),
    ],
    [
      'another persistent object',
      p.pickled(joined(p.tuple(p.text('tensor'), p.named('torch', 'FloatStorage'), p.text('0')), 'Q')),
    ],
    ['a dictionary of numbers', p.pickled(p.called(p.named('collections', 'OrderedDict'), p.list(p.integer(1))))],
    ['a type of another library for a storage', p.pickled(p.tensor({ storage: p.storage('0', 'FloatStorage', 'os') }))],
    ['a name that is no text', p.pickled(p.namedOnStack(p.integer(1), p.integer(2)))],
    ['a call of what is no name', p.pickled(p.called(p.text('os.system'), p.text('ls')))],
    ['attributes of a tensor', p.pickled(p.built(p.tensor(), p.dictionary([p.text('shape'), p.text('x')])))],
    ['a shape of a thousand lengths', p.pickled(p.tensor({ shape: new Array<number>(1000).fill(1) }))],
    ['a number for a list', p.pickled(joined(p.integer(1), p.integer(1), 'a'))],
    ['a key without a value', p.pickled(joined('}(', p.text('a'), 'u'))],
    ['a value that was never kept', p.pickled(joined('h', 9))],
    ['a list without a mark', p.pickled(joined('t'))],
    ['arguments by name', p.pickled(joined(p.named('mine', 'M'), ')', p.dictionary([p.text('a'), p.none]), 0x92))],
    ['an extension code', joined(0x80, 2, 0x82, 1, '.')],
    ['a protocol of the future', joined(0x80, 9, 'N.')],
    ['an unknown instruction', joined(0x80, 2, 0xff, '.')],
    ['an empty stack', joined(0x80, 2, 'R.')],
  ];
  test.each(damaged)('%s', (_, bytes) => {
    expect(refusal(bytes).message).toMatch(/cut off or damaged/);
  });

  const whole = p.pickled(p.dictionary([p.text('w'), p.tensor()], [p.text('b'), p.tensor({ offset: 2 })]));
  test('a pickle cut off after any byte', () => {
    expect(read(whole)).toBeInstanceOf(Map);
    for (let size = 0; size < whole.length; size++)
      expect(refusal(whole.subarray(0, size)).message).toContain('cut off');
  });
});
