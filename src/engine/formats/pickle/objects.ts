/** What names, calls and attributes of a pickle mean: tensors, containers, bags of attributes, or a refusal. */
import type { StudioError } from '../../errors.ts';
import { fileError } from '../../tensors/file-error.ts';
import type { Meanings } from './machine.ts';
import { callableNamed, persistentObject, tensorBuilder } from './torch-names.ts';
import { Opaque, PickledStorage, PythonName } from './values.ts';

/** By Python's convention a class; functions begin with a small letter. */
const className = /\.[A-Z]\w*$/;
/** Libraries whose enumerations have texts for values and stand beside weights, such as the interpolation of an image transform. */
const libraryClass =
  /^(?:torchvision|timm|open_clip|transformers|accelerate|lightning|pytorch_lightning)\..*\.[A-Z]\w*$/;

/** More than any call has; a tuple of a million that a pickle names again and again would be copied as often. */
const mostArguments = 100;

/**
 * A name may be mentioned, whatever it is; what may be done with it is decided when the pickle does it.
 * An object of an unknown class becomes a bag of attributes. A call of an unknown name is refused.
 */
export class Objects implements Meanings {
  /** The storages that the pickle refers to, by key. */
  readonly storages = new Map<string, PickledStorage>();
  private copied = 0;

  /** @param most pairs that may be copied out of lists: no more than the pickle can hold. */
  constructor(
    private readonly file: string,
    private readonly most: number,
  ) {}

  name(module: unknown, name: unknown): PythonName {
    if (typeof module !== 'string' || typeof name !== 'string') throw new TypeError('a name that is no text');
    const path = `${module}.${name}`;
    if (path.startsWith('__torch__.')) throw refusal(this.file, path);
    return new PythonName(path);
  }

  persistent(id: unknown): unknown {
    const object = persistentObject(id);
    if (object instanceof PickledStorage) this.storages.set(object.key, object);
    return object;
  }

  call(callable: unknown, args: unknown): unknown {
    const path = pathOf(callable);
    const items = argumentsOf(args);
    switch (path) {
      case 'collections.OrderedDict':
        return this.orderedDict(items[0]);
      case 'copyreg._reconstructor':
      case 'copy_reg._reconstructor':
        return reconstruct(items);
      case 'copyreg.__newobj__':
      case 'copy_reg.__newobj__':
        return this.create(items[0], items.slice(1));
      case 'torch._tensor._rebuild_from_type':
      case 'torch._tensor._rebuild_from_type_v2':
        return this.rebuild(items);
      default:
        return this.callNamed(path, items);
    }
  }

  /** A class is instantiated without arguments, and then given its attributes; with arguments, code would have to read them. */
  create(type: unknown, args: unknown): unknown {
    const path = pathOf(type);
    const items = argumentsOf(args);
    const known = callableNamed(path);
    if (known) return known(items);
    if (path === 'collections.OrderedDict') return new Map();
    if (items.length > 0) throw refusal(this.file, path);
    return new Opaque(path);
  }

  build(object: unknown, state: unknown): void {
    if (object instanceof Opaque) object.attributes = attributesIn(state);
    // Attributes of containers, such as the `_metadata` of a state dict, say nothing about weights.
    else if (!(object instanceof Map) && !Array.isArray(object)) throw new TypeError('attributes of what has none');
  }

  append(target: unknown, items: readonly unknown[]): void {
    if (Array.isArray(target)) for (const item of items) target.push(item);
    // What a list of an unknown class holds is not read.
    else if (!(target instanceof Opaque)) throw new TypeError('no list');
  }

  setItems(target: unknown, keysAndValues: readonly unknown[]): void {
    const map = target instanceof Opaque ? target.items : target;
    if (!(map instanceof Map) || keysAndValues.length % 2 !== 0) throw new TypeError('no dictionary');
    for (let i = 0; i < keysAndValues.length; i += 2) map.set(keysAndValues[i], keysAndValues[i + 1]);
  }

  private callNamed(path: string, args: readonly unknown[]): unknown {
    const known = callableNamed(path);
    if (known) return known(args);
    if (isPlainObject(path, args)) return new Opaque(path);
    throw refusal(this.file, path);
  }

  /** A tensor of a class of its own: (function, class, arguments, state). */
  private rebuild([builder, , args]: readonly unknown[]): unknown {
    const build = tensorBuilder(builder);
    if (!build) throw refusal(this.file, pathOf(builder));
    return build(argumentsOf(args));
  }

  private orderedDict(pairs: unknown = []): Map<unknown, unknown> {
    if (pairs instanceof Map) return pairs;
    if (!Array.isArray(pairs)) throw new TypeError('no pairs of key and value');
    this.copied += pairs.length;
    if (this.copied > this.most) throw new RangeError('the same pairs are copied again and again');
    return new Map(pairs.map(pairOf));
  }
}

/** Whether the call makes a dictionary of its own class or a member of an enumeration. */
function isPlainObject(path: string, args: readonly unknown[]): boolean {
  if (args.length === 0) return className.test(path);
  if (args.length > 1) return false;
  return Number.isInteger(args[0]) ? className.test(path) : typeof args[0] === 'string' && libraryClass.test(path);
}

function pathOf(name: unknown): string {
  if (name instanceof PythonName) return name.path;
  throw new TypeError('what is called is no name');
}

function argumentsOf(args: unknown): readonly unknown[] {
  if (Array.isArray(args) && args.length <= mostArguments) return args;
  throw new TypeError('arguments that are no tuple, or too many');
}

function pairOf(item: unknown): [unknown, unknown] {
  if (Array.isArray(item) && item.length === 2) return [item[0], item[1]];
  throw new TypeError('no pair of key and value');
}

/** (class, base class, state of the base): how protocols 0 and 1 make an object. */
function reconstruct([type, , state]: readonly unknown[]): Opaque {
  return new Opaque(pathOf(type), state instanceof Map ? state : new Map());
}

/** The state is the `__dict__`, or a tuple that begins with it. Any other is left to the class, which nobody asks. */
function attributesIn(state: unknown): ReadonlyMap<unknown, unknown> | null {
  const dictionary: unknown = Array.isArray(state) ? state[0] : state;
  return dictionary instanceof Map ? dictionary : null;
}

const saveStateDict =
  'Open it where you trust it and save only the weights: torch.save(model.state_dict(), …), or as safetensors.';

function refusal(file: string, path: string): StudioError {
  const name = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  if (path.startsWith('torch._utils._rebuild_')) {
    const message = `${file} holds tensors of a kind that the studio does not read (${name}), such as quantised or sparse ones.`;
    return fileError(file, message, 'Save it with dense floating-point tensors.');
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
