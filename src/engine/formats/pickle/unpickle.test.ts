import { describe, expect, test } from 'vitest';
import { StudioError } from '../../errors.ts';
import { joined } from '../testing.ts';
import * as p from './assemble.testing.ts';
import { PickledTensor } from './torch-names.ts';
import { unpickle } from './unpickle.ts';

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
    expect(typeof read(p.pickled(p.named('torch', 'bfloat16')))).toBe('function');
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
    ['STACK_GLOBAL without strings', '1.2', p.pickled(p.namedOnStack(p.integer(1), p.integer(2)))],
    ['a name that is only mentioned', 'posix.system', p.pickled(p.named('posix', 'system'))],
    ['INST', 'os.system', joined('(', shell, 'ios\nsystem\n.')],
    ['OBJ', 'os.system', joined('(', shell, 'cos\nsystem\no.')],
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
    [
      'as the type of a storage',
      'os.FloatStorage',
      p.pickled(p.tensor({ storage: p.storage('0', 'FloatStorage', 'os') })),
    ],
    ['a name of JavaScript', '__proto__.constructor', p.pickled(p.named('__proto__', 'constructor'))],
    ['a member of an allowed name', 'torch.Size.__init__', p.pickled(p.named('torch', 'Size.__init__'))],
    ['torch itself', 'torch.load', p.pickled(p.called(p.named('torch', 'load'), shell))],
    [
      'a storage that unpickles itself',
      'torch.storage._load_from_bytes',
      p.pickled(p.named('torch.storage', '_load_from_bytes')),
    ],
    ['an innocent class', 'argparse.Namespace', p.pickled(p.named('argparse', 'Namespace'))],
  ];
  test.each(evil)('%s: %s', (_, name, bytes) => {
    const error = refusal(bytes);
    expect(error).toMatchObject({ kind: 'file', subject: 'hand.pt' });
    expect(error.message).toContain(`asks to run code: it calls for "${name}"`);
    expect(error.advice).toMatch(/state_dict\(\)|safetensors/);
  });

  test('a whole model, a TorchScript program and a quantised tensor are called what they are', () => {
    expect(refusal(p.pickled(p.named('torch.nn.modules.linear', 'Linear'))).message).toMatch(
      /whole model.*torch\.nn\.modules\.linear\.Linear/,
    );
    expect(refusal(p.pickled(p.named('__torch__.model', 'Net'))).message).toMatch(/TorchScript/);
    expect(refusal(p.pickled(p.named('torch._utils', '_rebuild_qtensor'))).message).toMatch(
      /_rebuild_qtensor.*quantised/,
    );
  });

  test('a name of thousands of letters is shortened', () => {
    expect(refusal(p.pickled(p.named('evil', 'x'.repeat(5000)))).message.length).toBeLessThan(300);
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
    ['a dtype that is called', p.pickled(p.called(p.named('torch', 'float32')))],
    ['a tensor without a storage', p.pickled(p.called(p.named('torch._utils', '_rebuild_tensor_v2'), p.none))],
    ['a tensor on a text', p.pickled(p.tensor({ storage: p.text('storage') }))],
    [
      'a storage without a key',
      p.pickled(joined(p.tuple(p.text('storage'), p.named('torch', 'FloatStorage'), p.none), 'Q')),
    ],
    [
      'another persistent object',
      p.pickled(joined(p.tuple(p.text('module'), p.named('torch', 'FloatStorage'), p.text('0')), 'Q')),
    ],
    ['a dictionary of numbers', p.pickled(p.called(p.named('collections', 'OrderedDict'), p.list(p.integer(1))))],
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
