/** MLPs whose layers have names: `fc1.weight`, `layers.0.weight`, `hidden.weight` with `out.weight`. Shapes and names tell the order. */
import { StudioError } from '../../errors.ts';
import type { Checkpoint } from '../../tensors/host-tensor.ts';
import type { NamingScheme } from '../naming.ts';
import { assertHolds } from '../naming.ts';
import type { LinearLayer } from './mlp.ts';
import { inOrder, layerCount, mlpHolds, mlpRules, moduleStyle, readMlp } from './mlp.ts';
import { wrapperOf } from './view.ts';

const name = 'named layers';

export const namedLayers: NamingScheme = {
  name,
  match(checkpoint) {
    const names = [...checkpoint.tensors.keys()];
    const prefix = wrapperOf(names);
    const layers = linearLayers(checkpoint, prefix);
    if (!layers) return null;
    const ordered = inOrder(checkpoint, layers);
    return readMlp({ scheme: name, checkpoint, prefix, style: moduleStyle, layers: ordered, usualNames });
  },
  holds: mlpHolds(name),
  rulesFor(architecture) {
    assertHolds(namedLayers, architecture);
    return mlpRules(usualNames(layerCount(architecture)), moduleStyle);
  },
};

const usualNames = (count: number) => Array.from({ length: count }, (_, index) => `fc${index + 1}`);

/** The layers as they lie in the file; null unless all are linear. A BatchNorm among linear layers is refused by its name. */
function linearLayers(checkpoint: Checkpoint, prefix: string): LinearLayer[] | null {
  const layers = new Map<string, LinearLayer | null>();
  const norms = new Set<string>();
  for (const [full, { shape }] of checkpoint.tensors) {
    const [, layer, part] =
      /^(.+)\.(weight|bias|running_mean|running_var|num_batches_tracked)$/.exec(full.slice(prefix.length)) ?? [];
    if (layer === undefined) return null;
    if (part?.startsWith('running') || part?.startsWith('num')) norms.add(layer);
    if (part !== 'weight') continue;
    const [out = 0, into = 0] = shape;
    layers.set(layer, shape.length === 2 && out > 0 && into > 0 ? { name: layer, into, out } : null);
  }
  const others = [...layers].filter(([layer, linear]) => linear === null && !norms.has(layer));
  const linear = [...layers.values()].filter((layer) => layer !== null);
  if (others.length > 0 || linear.length === 0) return null;
  const [norm] = norms;
  if (norm === undefined) return linear;
  throw new StudioError({
    kind: 'checkpoint',
    message: `Layer "${norm}" of ${checkpoint.file} is a BatchNorm, which the studio does not merge.`,
    advice:
      'Fold it into the linear layer before it (torch.nn.utils.fusion.fuse_linear_bn_eval) and save the model again.',
    subject: `${prefix}${norm}`,
  });
}
