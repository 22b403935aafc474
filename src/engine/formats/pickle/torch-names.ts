/**
 * The Python names that a checkpoint may call, and what comes of each here: a tensor, a container or an object without a meaning.
 * No name is looked up anywhere else, and no code of the file is run: a name is nothing but text (`PythonName`) until one of
 * these tables makes a value of it.
 */
import type { ElementType } from '../../tensors/elements.ts';
import { Opaque, PickledStorage, PickledTensor, PythonName } from './values.ts';

/** What stands for a call of a name. May throw when the arguments are not the ones that Python would take. */
export type Callable = (args: readonly unknown[]) => unknown;

const storageTypes: ReadonlyMap<string, ElementType> = new Map([
  ['DoubleStorage', 'F64'],
  ['FloatStorage', 'F32'],
  ['HalfStorage', 'F16'],
  ['BFloat16Storage', 'BF16'],
  ['LongStorage', 'I64'],
  ['IntStorage', 'I32'],
  ['ShortStorage', 'I16'],
  ['CharStorage', 'I8'],
  ['ByteStorage', 'U8'],
  ['BoolStorage', 'BOOL'],
]);

const dtypes: ReadonlyMap<string, ElementType> = new Map([
  ['torch.float64', 'F64'],
  ['torch.float32', 'F32'],
  ['torch.float16', 'F16'],
  ['torch.bfloat16', 'BF16'],
  ['torch.int64', 'I64'],
  ['torch.int32', 'I32'],
  ['torch.int16', 'I16'],
  ['torch.int8', 'I8'],
  ['torch.uint8', 'U8'],
  ['torch.bool', 'BOOL'],
]);

const storageNames = /^torch\.(?:storage\.)?(\w+Storage)$/;
/** More axes than PyTorch allows. */
const mostAxes = 64;

/** Functions that rebuild a tensor from its storage. */
const tensorBuilders: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['torch._utils._rebuild_tensor', ([storage, ...place]) => tensorIn(storage, place)],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTyped],
  ['torch._utils._rebuild_parameter', ([data]) => data],
  ['torch._utils._rebuild_parameter_with_state', ([data]) => data],
]);

const containers: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['collections.defaultdict', () => new Map()],
  ['collections.Counter', ([counts]) => (counts instanceof Map ? counts : new Map())],
  ['collections.deque', ([items]) => (Array.isArray(items) ? items : [])],
  ['torch.Size', ([lengths]) => lengths],
  ['torch.device', ([type]) => type],
  ...['builtins', '__builtin__'].flatMap((module): [string, Callable][] => [
    [`${module}.set`, ([items]) => items ?? []],
    [`${module}.frozenset`, ([items]) => items ?? []],
  ]),
]);

/** Values that stand beside the weights and are not read: numbers and arrays of NumPy, paths, times. */
const meaningless = [
  /^numpy\.(?:_?core\.)?(?:multiarray\.(?:_reconstruct|scalar)|numeric\._frombuffer|dtype)$/,
  /^numpy\.random\._pickle\.__(?:randomstate|generator|bit_generator)_ctor$/,
  /^pathlib\.(?:_local\.)?(?:Pure)?(?:Posix|Windows)?Path$/,
  /^datetime\.(?:date|time|datetime|timedelta|timezone)$/,
  /^(?:builtins|__builtin__)\.(?:bytes|bytearray|complex|range|xrange|slice|object)$/,
  /^(?:_codecs\.encode|decimal\.Decimal|fractions\.Fraction|uuid\.UUID|torch\.serialization\._get_layout)$/,
];

/** What a call of `path` makes; null when nothing stands for it. */
export function callableNamed(path: string): Callable | null {
  const known = tensorBuilders.get(path) ?? containers.get(path);
  if (known) return known;
  return meaningless.some((names) => names.test(path)) ? () => new Opaque(path) : null;
}

/** The function that rebuilds a tensor, when `name` names one. */
export function tensorBuilder(name: unknown): Callable | undefined {
  return name instanceof PythonName ? tensorBuilders.get(name.path) : undefined;
}

/**
 * The object that a persistent id stands for: a storage, ("storage", type, key, device, count) and in the older format the part
 * of it that is meant, or the class in ("module", class, source file, source).
 */
export function persistentObject(id: unknown): PickledStorage | PythonName {
  const [tag, type, key, , count, part] = Array.isArray(id) ? (id as unknown[]) : [];
  if (tag === 'module' && type instanceof PythonName) return type;
  const storageName = type instanceof PythonName ? storageNames.exec(type.path)?.[1] : undefined;
  if (tag !== 'storage' || storageName === undefined || typeof key !== 'string') throw new TypeError('no storage');
  const start = Array.isArray(part) ? (part as unknown[])[1] : 0;
  if (typeof count !== 'number' || typeof start !== 'number') throw new TypeError('no storage');
  const { path } = type as PythonName;
  return new PickledStorage(path, storageTypes.get(storageName) ?? null, key, count, start);
}

/** (storage, offset, shape, strides, requires grad, hooks, metadata) */
function rebuildTensor([storage, ...rest]: readonly unknown[]): PickledTensor {
  checkMetadata(rest[5]);
  return tensorIn(storage, rest);
}

/** (storage, offset, shape, strides, requires grad, hooks, dtype, metadata): the storage has no type of its own. */
function rebuildTyped([storage, ...rest]: readonly unknown[]): PickledTensor {
  const dtype = rest[5];
  if (!(dtype instanceof PythonName)) throw new TypeError('no dtype');
  checkMetadata(rest[6]);
  return tensorIn(storage, rest, dtype.path);
}

function tensorIn(storage: unknown, [offset, shape, strides]: readonly unknown[], dtype?: string): PickledTensor {
  if (!(storage instanceof PickledStorage) || typeof offset !== 'number' || !isNumbers(shape) || !isNumbers(strides)) {
    throw new TypeError('no tensor');
  }
  const elementType = dtype === undefined ? storage.elementType : (dtypes.get(dtype) ?? null);
  return new PickledTensor(storage, elementType, dtype ?? storage.typeName, offset, shape, strides);
}

function checkMetadata(metadata: unknown): void {
  if (metadata instanceof Map && metadata.get('neg') === true) throw new TypeError('the elements are stored negated');
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every((item) => typeof item === 'number');
}
