/** The naming scheme of a PyTorch `nn.Sequential` MLP: `0.weight`, `0.bias`, `2.weight`, … in order, the last one the head. */
import { StudioError } from '../../errors.ts';
import type { Checkpoint } from '../../tensors/host-tensor.ts';
import type { NamingScheme } from '../naming.ts';
import { assertHolds, brackets } from '../naming.ts';
import type { LinearLayer } from './mlp.ts';
import { layerCount, mlpHolds, mlpRules, moduleStyle, readMlp } from './mlp.ts';
import { wrapperOf } from './view.ts';

const name = 'nn.Sequential';

export const sequential: NamingScheme = {
  name,
  match(checkpoint) {
    const names = [...checkpoint.tensors.keys()];
    const prefix = wrapperOf(names);
    const own = names.map((name) => name.slice(prefix.length));
    if (own.length === 0 || !own.every((name) => /^\d+\.(weight|bias)$/.test(name))) return null;
    const numbers = [...new Set(own.map((name) => Number.parseInt(name, 10)))].sort((a, b) => a - b);
    const layers = numbers.map((number) => linearLayer(checkpoint, prefix, number));
    return readMlp({ scheme: name, checkpoint, prefix, style: moduleStyle, layers, usualNames });
  },
  holds: mlpHolds(name),
  rulesFor(architecture) {
    assertHolds(sequential, architecture);
    return mlpRules(usualNames(layerCount(architecture)), moduleStyle);
  },
};

/** An activation, which has no tensors, stands after each hidden layer. */
const usualNames = (count: number) => Array.from({ length: count }, (_, index) => String(2 * index));

function linearLayer({ file, tensors }: Checkpoint, prefix: string, number: number): LinearLayer {
  const weight = `${prefix}${number}.weight`;
  const shape = tensors.get(weight)?.shape;
  const [out, into] = shape ?? [];
  if (shape?.length === 2 && out && into) return { name: String(number), into, out };
  throw new StudioError({
    kind: 'checkpoint',
    message: `Layer ${number} of ${file} is not linear: ${shape ? `"${weight}" has shape ${brackets(shape)}` : `it has no "${weight}"`}.`,
    advice: 'The studio merges MLPs of linear layers, and vision transformers.',
    subject: weight,
  });
}
