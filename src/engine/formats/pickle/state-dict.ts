/** Finds the tensors in what a checkpoint unpickles to. */
import { fileError } from '../../tensors/file-error.ts';
import { isModule, moduleTensors } from './module.ts';
import { Opaque, PickledTensor } from './values.ts';

/** Keys under which training scripts put the state dict, in the order in which they are preferred. */
const wrappers = ['state_dict', 'model', 'model_state_dict', 'net', 'ema', 'teacher'];
/** Dictionaries around a state dict, far more than there ever are. */
const deepest = 20;

/**
 * Tensors by name, as named in the state dict or as a whole module would name them in its own, without what wraps them. Entries
 * that are no tensors are left out. Throws `StudioError` when there are none.
 */
export function tensorsOf(file: string, root: unknown): Map<string, PickledTensor> {
  const tensors = stateDictOf(file, root, new Set(), 0);
  if (tensors) return tensors;
  throw fileError(
    file,
    `${file} holds no state dict: ${inWords(root)}.`,
    `Save the state dict itself, torch.save(model.state_dict(), …), or under one of the keys ${wrappers.join(', ')}.`,
  );
}

/** `seen` ends the search in a dictionary that contains itself. */
function stateDictOf(
  file: string,
  value: unknown,
  seen: Set<unknown>,
  depth: number,
): Map<string, PickledTensor> | null {
  if (isModule(value)) return someTensors(moduleTensors(file, value));
  const dictionary = dictionaryOf(value);
  if (!dictionary || seen.has(dictionary) || depth > deepest) return null;
  seen.add(dictionary);
  for (const key of wrappers) {
    const wrapped = stateDictOf(file, dictionary.get(key), seen, depth + 1);
    if (wrapped) return wrapped;
  }
  return someTensors(new Map([...dictionary].filter(isNamedTensor)));
}

function dictionaryOf(value: unknown): ReadonlyMap<unknown, unknown> | null {
  if (value instanceof Opaque) return value.items;
  return value instanceof Map ? value : null;
}

function someTensors(tensors: Map<string, PickledTensor>): Map<string, PickledTensor> | null {
  return tensors.size > 0 ? tensors : null;
}

function isNamedTensor(entry: [unknown, unknown]): entry is [string, PickledTensor] {
  return typeof entry[0] === 'string' && entry[1] instanceof PickledTensor;
}

function inWords(root: unknown): string {
  if (root instanceof PickledTensor) return 'it is a single tensor';
  if (isModule(root)) return `it is a module without weights (${brief(root.path)})`;
  const dictionary = dictionaryOf(root);
  if (!dictionary) return 'it is no dictionary';
  const keys = [...dictionary.keys()].slice(0, 8).map((key) => (typeof key === 'string' ? `"${brief(key)}"` : '…'));
  return keys.length > 0 ? `no tensors are under its keys ${keys.join(', ')}` : 'it is an empty dictionary';
}

function brief(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
