/**
 * A shallower source made as deep as another without changing its function, so that both merge layer by layer.
 *
 * A pre-LN block adds `Wₒ · attention` and `W₂ · hidden` to its input: with `Wₒ = W₂ = 0` and zero biases it is the
 * identity. An MLP's layer `σ(I x + 0)` is one where σ leaves its own values as they are: ReLU, whose values are not
 * negative, and the activation `identity`. Hence no pad before the first hidden layer, whose inputs may be negative.
 */
import type { Architecture, Model, Perceptron, Weights } from '../architectures/model.ts';
import { parameterShapes, sizeOf } from '../architectures/model.ts';
import type { Padding } from '../recipe.ts';
import type { Weight } from '../tensors/host-tensor.ts';

/** For each layer of the padded model the source's layer that stands there; null: an identity. */
type Placement = readonly (number | null)[];

/** Layers that padding counts: blocks of a ViT, hidden layers of an MLP. */
export function depthOf(architecture: Architecture): number {
  switch (architecture.kind) {
    case 'vit':
      return architecture.blocks;
    case 'mlp':
      return architecture.widths.length;
    default:
      throw architecture satisfies never;
  }
}

/** Whether identity layers exist: for every ViT, for an MLP with hidden layers and activation `relu` or `identity`. */
export function canPad(architecture: Architecture): boolean {
  if (architecture.kind === 'vit') return true;
  const { widths, activation } = architecture;
  return widths.length > 0 && (activation === 'relu' || activation === 'identity');
}

/**
 * For each of `target` layers the layer of a source with `depth` layers that stands there, or null for an identity.
 * Layers keep their order, and layer 0 stays first. Throws `RangeError` when the target is not at least as deep as the
 * source.
 */
export function paddedDepths(depth: number, target: number, padding: Padding): (number | null)[] {
  if (!(target >= depth)) throw new RangeError(`${depth} layers cannot be padded to ${target}`);
  const placement = new Array<number | null>(target).fill(null);
  for (let layer = 0; layer < depth; layer++) {
    placement[padding === 'end' ? layer : Math.floor((layer * target) / depth)] = layer;
  }
  return placement;
}

/**
 * The same function with `depth` layers: identities after all of the source's layers (`end`) or evenly among them
 * (`spread`). A ViT's identity is a block of zeros with LayerNorms of gain 1 and bias 0; an MLP's is a square identity
 * layer as wide as the hidden layer before it. Weights of the source's own layers are shared, not copied; a model of
 * this depth already is handed back itself. Throws `RangeError` when the model is deeper, or when `canPad` says no.
 */
export function padDepth(model: Model, depth: number, padding: Padding): Model {
  const { architecture, weights } = model;
  if (depthOf(architecture) === depth) return model;
  if (!canPad(architecture)) throw new RangeError(`no identity layer exists for this ${architecture.kind}`);
  const placement = paddedDepths(depthOf(architecture), depth, padding);
  const padded = deeper(architecture, placement);
  return { architecture: padded, weights: paddedWeights(padded, weights, placement) };
}

/** The architecture that `padDepth` gives. Throws as it does. */
export function padArchitecture(architecture: Architecture, depth: number, padding: Padding): Architecture {
  if (depthOf(architecture) === depth) return architecture;
  return deeper(architecture, paddedDepths(depthOf(architecture), depth, padding));
}

function deeper(architecture: Architecture, placement: Placement): Architecture {
  switch (architecture.kind) {
    case 'vit':
      return { ...architecture, blocks: placement.length };
    case 'mlp':
      return { ...architecture, widths: paddedWidths(architecture, placement) };
    default:
      throw architecture satisfies never;
  }
}

/** An identity has the width of the layer before it; layer 0 comes first. */
function paddedWidths({ widths }: Perceptron, placement: Placement): number[] {
  const padded: number[] = [];
  for (const layer of placement) padded.push((layer === null ? padded.at(-1) : widths[layer]) ?? 0);
  return padded;
}

function paddedWeights(padded: Architecture, weights: Weights, placement: Placement): Weights {
  const entries = [...parameterShapes(padded)].map(([name, shape]): [string, Weight] => {
    const source = sourceName(name, placement);
    return [name, source === null ? identityWeight(name, shape) : weightOf(weights, source)];
  });
  return new Map(entries);
}

/** The source's name of a padded model's parameter; null for one of an identity. */
function sourceName(name: string, placement: Placement): string | null {
  const [, group, layer, part] = /^(blocks|layers)\.(\d+)\.(.+)$/.exec(name) ?? [];
  if (layer === undefined) return name; // of no layer: embedding, last norm, head
  const source = placement[Number(layer)] ?? null;
  return source === null ? null : `${group}.${source}.${part}`;
}

/** A parameter of an identity. Only an MLP's layer weight, `[width, width]`, is not constant. */
function identityWeight(name: string, shape: number[]): Weight {
  const values = new Float32Array(sizeOf(shape));
  if (/\.norm\d\.weight$/.test(name)) values.fill(1);
  if (/^layers\.\d+\.weight$/.test(name)) fillDiagonal(values, shape[0] ?? 0);
  return { shape, values };
}

function fillDiagonal(values: Float32Array, width: number): void {
  for (let index = 0; index < width; index++) values[index * width + index] = 1;
}

function weightOf(weights: Weights, name: string): Weight {
  const weight = weights.get(name);
  if (!weight) throw new RangeError(`no parameter ${name}`);
  return weight;
}
