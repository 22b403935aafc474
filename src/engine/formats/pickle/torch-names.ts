/**
 * The Python names that a state dict needs, and what stands for each here. No name is looked up anywhere else: a name that is
 * not in these tables is refused, whatever it is.
 */
import type { StudioError } from '../../errors.ts';
import type { ElementType } from '../../tensors/elements.ts';
import { fileError } from '../../tensors/file-error.ts';

type Callable = (...args: unknown[]) => unknown;

/** What the unpickler gets for a name: it knows its path and is called, when the pickle says so, with Python's arguments. */
type Named = Callable & { readonly path: string };

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

/** A run of elements in the file. */
export class PickledStorage {
  constructor(
    /** "torch.FloatStorage". */
    readonly typeName: string,
    /** Null when the studio cannot decode the elements: complex, quantised. */
    readonly elementType: ElementType | null,
    /** Name of the entry below `data/`. */
    readonly key: string,
  ) {}
}

/** A view of a storage. Offset and strides count elements. */
export class PickledTensor {
  constructor(
    readonly storage: PickledStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** What a pickle may call, and what comes of it. */
const callables: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', (data) => data],
  ['torch._utils._rebuild_parameter_with_state', (data) => data],
  ['collections.OrderedDict', (pairs) => new Map(pairs === undefined ? [] : pairsOf(pairs))],
  ['torch.Size', (lengths) => lengths],
  ['torch.device', (type) => type],
  ['builtins.set', (items) => items],
  ['__builtin__.set', (items) => items],
]);

const dtypes = /^torch\.(float(16|32|64)|bfloat16|uint8|int(8|16|32|64)|bool|complex(32|64|128))$/;
const storageNames = /^torch\.(?:storage\.)?(\w+Storage)$/;

/** What stands for `module.name`. Throws `StudioError` for every name that no state dict needs. */
export function resolveName(file: string, module: unknown, name: unknown): Named {
  const path = `${String(module)}.${String(name)}`;
  const callable = callables.get(path) ?? (dtypes.test(path) || storageNames.test(path) ? neverCalled : undefined);
  if (callable === undefined) throw refusal(file, path);
  // A new frozen function each time, since a pickle may try to write properties on what it names.
  return Object.freeze(Object.assign((...args: unknown[]) => callable(...args), { path }));
}

/** The storage that a persistent id stands for: ("storage", type, key, device, element count). */
export function storageOf(id: unknown): PickledStorage {
  const [tag, type, key] = Array.isArray(id) ? (id as unknown[]) : [];
  const typeName = typeof type === 'function' && 'path' in type ? String(type.path) : '';
  const storageName = storageNames.exec(typeName)?.[1];
  if (tag !== 'storage' || storageName === undefined || typeof key !== 'string') throw new TypeError('no storage');
  return new PickledStorage(typeName, storageTypes.get(storageName) ?? null, key);
}

function neverCalled(): never {
  throw new TypeError('a type was called');
}

function rebuildTensor(
  storage: unknown,
  offset: unknown,
  shape: unknown,
  strides: unknown,
  ...rest: unknown[]
): PickledTensor {
  if (!(storage instanceof PickledStorage) || typeof offset !== 'number' || !isNumbers(shape) || !isNumbers(strides)) {
    throw new TypeError('no tensor');
  }
  const metadata = rest[2]; // after requires_grad and backward_hooks
  if (metadata instanceof Map && metadata.get('neg') === true) throw new TypeError('the elements are stored negated');
  return new PickledTensor(storage, offset, shape, strides);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function pairsOf(value: unknown): [unknown, unknown][] {
  const isPair = (item: unknown): item is [unknown, unknown] => Array.isArray(item) && item.length === 2;
  if (Array.isArray(value) && value.every(isPair)) return value;
  throw new TypeError('no pairs of key and value');
}

const saveStateDict =
  'Open it where you trust it and save only the weights: torch.save(model.state_dict(), …), or as safetensors.';

function refusal(file: string, path: string): StudioError {
  const name = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  if (path.startsWith('torch._utils._rebuild_')) {
    const message = `${file} holds tensors of a kind that the studio does not read (${name}), such as quantised or sparse ones.`;
    return fileError(file, message, 'Save it with dense floating-point tensors.');
  }
  if (path.startsWith('torch.nn.')) {
    return fileError(
      file,
      `${file} holds a whole model as Python objects (${name}) and not a state dict.`,
      saveStateDict,
    );
  }
  if (path.startsWith('__torch__.')) {
    return fileError(file, `${file} is a TorchScript program (${name}) and not a state dict.`, saveStateDict);
  }
  return fileError(
    file,
    `${file} asks to run code: it calls for "${name}", which is neither a tensor nor a plain container. Nothing was run.`,
    saveStateDict,
  );
}
