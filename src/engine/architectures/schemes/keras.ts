/**
 * MLPs of Keras, TensorFlow.js and Flax: kernels `[in, out]`. Layers are `dense/kernel` (TensorFlow.js), `dense/dense/kernel:0`
 * (HDF5 of Keras 2) or `layers/dense/vars/0` with `vars/1` for the bias (Keras 3).
 */
import type { Checkpoint } from '../../tensors/host-tensor.ts';
import type { NamingScheme } from '../naming.ts';
import { assertHolds } from '../naming.ts';
import { kerasModel } from './keras-config.ts';
import type { LayerStyle, LinearLayer, MlpForm } from './mlp.ts';
import { inOrder, layerCount, mlpHolds, mlpRules, readMlp } from './mlp.ts';

const name = 'Keras';

const named = (weight: string, bias: string): LayerStyle => ({
  weight: (layer) => `${layer}/${weight}`,
  bias: (layer) => `${layer}/${bias}`,
  kernel: true,
});

const usual = named('kernel', 'bias');
const styles = [usual, named('kernel:0', 'bias:0'), named('vars/0', 'vars/1')];

/** What an optimiser and a Dropout remember. */
const ignorable = /^(optimizer|optimizer_weights|opt_state|_?optimizer)\/|(^|\/)seed_generator(_\d+)?\//;

export const keras: NamingScheme = {
  name,
  match(checkpoint) {
    const names = [...checkpoint.tensors.keys()];
    const ignored = names.filter((name) => ignorable.test(name));
    const own = names.filter((name) => !ignorable.test(name));
    for (const style of styles) {
      const layers = own
        .filter((name) => name.endsWith(style.weight('')))
        .map((name) => name.slice(0, -style.weight('').length));
      const all = new Set(layers.flatMap((layer) => [style.weight(layer), style.bias(layer)]));
      if (layers.length === 0 || !own.every((name) => all.has(name))) continue;
      const linear = layers.map((layer): LinearLayer | null => {
        const shape = checkpoint.tensors.get(style.weight(layer))?.shape ?? [];
        const [into = 0, out = 0] = shape;
        return shape.length === 2 && out > 0 && into > 0 ? { name: layer, into, out } : null;
      });
      if (!linear.every((layer) => layer !== null)) return null;
      return readMlp({
        scheme: name,
        checkpoint,
        prefix: '',
        style,
        usualNames,
        ignored,
        ...described(checkpoint, linear),
      });
    }
    return null;
  },
  holds: mlpHolds(name),
  rulesFor(architecture) {
    assertHolds(keras, architecture);
    return mlpRules(usualNames(layerCount(architecture)), usual);
  },
};

/** The order and the activation as the model's description has them, else as names and shapes lead. */
function described(
  checkpoint: Checkpoint,
  linear: readonly LinearLayer[],
): Pick<MlpForm, 'layers' | 'activation' | 'normalisation' | 'assumed'> {
  const model = kerasModel(checkpoint.file, checkpoint.metadata.keras_config);
  if (model?.dense.length !== linear.length) return { layers: inOrder(checkpoint, linear) };
  const named = model.dense.map((dense) => linear.find(({ name }) => name.split('/').at(-1) === dense));
  const layers = named.every((layer) => layer !== undefined) ? named : inOrder(checkpoint, linear);
  const { activation, last, normalisation } = model;
  return {
    layers,
    activation: { value: activation, origin: 'file' },
    ...(normalisation && { normalisation }),
    assumed: last === null ? [] : [`The ${last} after the last layer is left out: the model gives logits.`],
  };
}

const usualNames = (count: number) =>
  Array.from({ length: count }, (_, index) => (index === 0 ? 'dense' : `dense_${index}`));
