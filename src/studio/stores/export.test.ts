import { describe, expect, it } from 'vitest';
import type { ExportChoices } from '../../worker/protocol.ts';
import { effectiveExport } from './export.ts';

const choices: ExportChoices = {
  schemes: [
    { name: 'timm', problem: null },
    { name: 'torchvision', problem: 'it has another ε' },
  ],
  containers: [
    { name: 'safetensors', problem: null },
    { name: 'npz', problem: null },
    { name: 'tfjs', problem: 'it is a ViT' },
  ],
  parameters: 10,
};
const chosen = { scheme: null, container: 'safetensors', floatType: 'F32', shardBytes: 1e9 } as const;

describe('effectiveExport', () => {
  it('takes the first scheme until one is chosen that the model can have', () => {
    expect(effectiveExport(chosen, choices)).toEqual({ ...chosen, scheme: 'timm' });
    expect(effectiveExport({ ...chosen, scheme: 'torchvision' }, choices).scheme).toBe('timm');
  });

  it('goes back to a container that holds the model', () => {
    expect(effectiveExport({ ...chosen, container: 'tfjs' }, choices).container).toBe('safetensors');
  });

  it('has no BF16 and no shards where the container has none', () => {
    expect(effectiveExport({ ...chosen, container: 'npz', floatType: 'BF16' }, choices)).toMatchObject({
      container: 'npz',
      floatType: 'F32',
      shardBytes: null,
    });
  });
});
