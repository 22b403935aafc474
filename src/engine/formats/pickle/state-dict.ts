/** Finds the tensors in what a checkpoint unpickles to. */
import { fileError } from '../../tensors/file-error.ts';
import { PickledTensor } from './torch-names.ts';

/** Keys under which training scripts put the state dict, in the order in which they are preferred. */
const wrappers = ['state_dict', 'model', 'model_state_dict', 'net', 'ema', 'teacher'];

/**
 * Tensors by name, as named in the state dict, without what wraps it. Entries that are no tensors are left out.
 * Throws `StudioError` when there are none.
 */
export function tensorsOf(file: string, root: unknown): Map<string, PickledTensor> {
  const tensors = stateDictOf(root, new Set());
  if (tensors) return tensors;
  throw fileError(
    file,
    `${file} holds no state dict: ${inWords(root)}.`,
    `Save the state dict itself, torch.save(model.state_dict(), …), or under one of the keys ${wrappers.join(', ')}.`,
  );
}

/** `seen` ends the search in a dictionary that contains itself. */
function stateDictOf(value: unknown, seen: Set<unknown>): Map<string, PickledTensor> | null {
  if (!(value instanceof Map) || seen.has(value)) return null;
  seen.add(value);
  for (const key of wrappers) {
    const wrapped = stateDictOf(value.get(key), seen);
    if (wrapped) return wrapped;
  }
  const tensors = [...value].filter(isNamedTensor);
  return tensors.length > 0 ? new Map(tensors) : null;
}

function isNamedTensor(entry: [unknown, unknown]): entry is [string, PickledTensor] {
  return typeof entry[0] === 'string' && entry[1] instanceof PickledTensor;
}

function inWords(root: unknown): string {
  if (root instanceof PickledTensor) return 'it is a single tensor';
  if (!(root instanceof Map)) return 'it is no dictionary';
  const keys = [...root.keys()].slice(0, 8).map((key) => `"${String(key)}"`);
  return keys.length > 0 ? `no tensors are under its keys ${keys.join(', ')}` : 'it is an empty dictionary';
}
