/** The naming scheme of a PyTorch `nn.Sequential` MLP: `0.weight`, `0.bias`, `2.weight`, … in order, the last one the head. */
import { StudioError } from '../errors.ts';
import type { Architecture } from './model.ts';
import type { NamingRule, NamingScheme, SchemeMatch } from './naming.ts';
import { brackets } from './naming.ts';

export const sequential: NamingScheme = {
  name: 'nn.Sequential',
  match(checkpoint): SchemeMatch | null {
    const names = [...checkpoint.tensors.keys()];
    if (names.length === 0 || !names.every((name) => /^\d+\.(weight|bias)$/.test(name))) return null;
    const layers = [...new Set(names.map((name) => Number.parseInt(name, 10)))].sort((a, b) => a - b);
    const shapes = layers.map((layer) => {
      const shape = checkpoint.tensors.get(`${layer}.weight`)?.shape;
      if (shape?.length === 2) return shape;
      throw new StudioError({
        kind: 'checkpoint',
        message: `Layer ${layer} of ${checkpoint.file} is not linear: ${shape ? `"${layer}.weight" has shape ${brackets(shape)}` : `it has no "${layer}.weight"`}.`,
        advice: 'The studio merges MLPs of linear layers with a bias, and vision transformers.',
        subject: `${layer}.weight`,
      });
    });
    if (shapes.length < 2) {
      throw new StudioError({
        kind: 'checkpoint',
        message: `${checkpoint.file} has one linear layer only; an MLP needs a hidden layer and a head.`,
        advice: 'Drop a model with at least one hidden layer.',
      });
    }
    const outputs = shapes.map(([out = 0]) => out);
    return {
      scheme: 'nn.Sequential',
      architecture: {
        kind: 'mlp',
        inputs: shapes[0]?.[1] ?? 0,
        widths: outputs.slice(0, -1),
        activation: 'relu',
        classes: outputs.at(-1) ?? 0,
      },
      facts: { heads: null, epsilon: null, activation: { value: 'relu', origin: 'guess' } },
      rulesFor: (architecture) => sequentialRules(layersFor(architecture, layers)),
      ignored: [],
    };
  },
};

/** The file's own numbers; for another depth they go on as the first two begin. */
function layersFor(architecture: Architecture, layers: readonly number[]): readonly number[] {
  if (architecture.kind !== 'mlp') throw new RangeError('nn.Sequential names are for MLPs');
  const count = architecture.widths.length + 1;
  const [first = 0, second = first + 2] = layers;
  if (count === layers.length) return layers;
  return Array.from({ length: count }, (_, index) => first + index * (second - first));
}

function sequentialRules(layers: readonly number[]): NamingRule[] {
  return layers.flatMap((layer, index) => {
    const canonical = index === layers.length - 1 ? 'head' : `layers.${index}`;
    return ['weight', 'bias'].map((part) => ({ file: `${layer}.${part}`, canonical: [`${canonical}.${part}`] }));
  });
}
