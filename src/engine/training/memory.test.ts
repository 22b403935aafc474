import { beforeAll, describe, it } from 'vitest';
import { expectFlat, trainingPaths } from '../testing/flat.ts';
import { useNodeBackend } from '../testing/node.ts';

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it.each(backend === 'wasm' ? trainingPaths : trainingPaths.slice(0, 3))(
    'tensors and bytes stay flat over 500 steps, all go in the end: %o',
    (path) => expectFlat(path, 500),
  );
});
