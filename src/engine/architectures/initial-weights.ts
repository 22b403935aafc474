/** Weights that the training of a new network starts from. */
import type { Random } from '../random.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { Architecture, Model } from './model.ts';
import { parameterShapes, sizeOf } from './model.ts';

/**
 * Linear layers `N(0, 1/in)`, before ReLU twice that variance (He et al., arXiv 1502.01852), biases 0; LayerNorms γ = 1, β = 0;
 * class token, registers and positions `N(0, 0.02²)` (Dosovitskiy et al., arXiv 2010.11929). Another seed, another network.
 */
export function initialModel(architecture: Architecture, random: Random): Model {
  const weights = new Map<string, Weight>();
  for (const [name, shape] of parameterShapes(architecture))
    weights.set(name, initial(architecture, name, shape, random));
  return { architecture, weights };
}

function initial({ activation }: Architecture, name: string, shape: number[], random: Random): Weight {
  const values = new Float32Array(sizeOf(shape));
  if (/norm\d?\.weight$/.test(name)) return { shape, values: values.fill(1) };
  if (name.endsWith('.bias')) return { shape, values };
  const [, into = 1] = shape;
  const rectified = activation === 'relu' && name !== 'head.weight';
  const scale = name.endsWith('.weight') ? Math.sqrt((rectified ? 2 : 1) / into) : 0.02;
  return { shape, values: values.map(() => scale * random.normal()) };
}
