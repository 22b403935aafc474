/** Finds the tensors of a pickled module, torch.nn.Module, by their places in it. Its class is not needed. */
import { fileError } from '../../tensors/file-error.ts';
import { Opaque, PickledTensor } from './values.ts';

/** Modules, parameters and buffers together; a deep network has thousands. */
const mostParts = 1_000_000;
const deepest = 200;
const longestName = 10_000;
/** Names of the buffers that `state_dict()` leaves out. */
const notSaved = '_non_persistent_buffers_set';

export function isModule(value: unknown): value is Opaque {
  return value instanceof Opaque && value.attributes?.get('_modules') instanceof Map;
}

/**
 * The tensors that the module's `state_dict()` would have, with the same names: parameters, then persistent buffers, then those
 * of its modules. Throws `StudioError` when modules contain one another without end.
 */
export function moduleTensors(file: string, module: Opaque): Map<string, PickledTensor> {
  const tensors = new Map<string, PickledTensor>();
  let count = 0;
  const visit = ({ attributes }: Opaque, prefix: string, depth: number) => {
    count += partsOf(attributes);
    if (count > mostParts || depth > deepest || prefix.length > longestName) {
      throw fileError(
        file,
        `${file} holds a module that contains itself or too many others.`,
        'Save its state dict: torch.save(model.state_dict(), …).',
      );
    }
    for (const [name, tensor] of ownTensors(attributes)) tensors.set(prefix + name, tensor);
    for (const [name, child] of entries(attributes, '_modules')) {
      if (isModule(child)) visit(child, `${prefix}${name}.`, depth + 1);
    }
  };
  visit(module, '', 0);
  return tensors;
}

type Attributes = Opaque['attributes'];

function partsOf(attributes: Attributes): number {
  const dictionaries = ['_parameters', '_buffers', '_modules'].map((key) => attributes?.get(key));
  const skipped: unknown = attributes?.get(notSaved);
  return dictionaries.reduce<number>(
    (sum, parts) => sum + (parts instanceof Map ? parts.size : 0),
    Array.isArray(skipped) ? 1 + skipped.length : 1,
  );
}

function ownTensors(attributes: Attributes): [string, PickledTensor][] {
  const passing: unknown = attributes?.get(notSaved);
  const skipped = new Set<unknown>(Array.isArray(passing) ? passing : []);
  const buffers = entries(attributes, '_buffers').filter(([name]) => !skipped.has(name));
  return [...entries(attributes, '_parameters'), ...buffers].filter(
    (entry): entry is [string, PickledTensor] => entry[1] instanceof PickledTensor,
  );
}

/** What a module keeps under one of its dictionaries. */
function entries(attributes: Attributes, key: string): [string, unknown][] {
  const dictionary: unknown = attributes?.get(key);
  if (!(dictionary instanceof Map)) return [];
  return [...dictionary].filter((entry): entry is [string, unknown] => typeof entry[0] === 'string');
}
