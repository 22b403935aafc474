/** The graph of a vision transformer of any layout (docs/method.md "Fold"). Tokens are rows `[batch · tokens, width]`. */
import type { VisionTransformer } from '../../../architectures/model.ts';
import { leadingTokens, tokens } from '../../../architectures/model.ts';
import { activate } from './activation.ts';
import type { Graph } from './graph.ts';

/** Pixels `[batch, channels, image, image]` → features `[batch, featureWidth]`. */
export function vitFeatures(graph: Graph, vit: VisionTransformer, pixels: string): string {
  let x = embed(graph, vit, pixels);
  if (vit.preNorm) x = norm(graph, vit, x, 'pre_norm');
  for (let index = 0; index < vit.blocks; index++) {
    const block = `blocks.${index}`;
    const attended = attention(graph, vit, norm(graph, vit, x, `${block}.norm1`), `${block}.attention`);
    x = graph.node('Add', `${block}.attention.sum`, [x, attended]);
    const hidden = graph.linear(norm(graph, vit, x, `${block}.norm2`), `${block}.mlp.in`);
    const active = activate(graph, hidden, `${block}.mlp.activation`, vit.activation);
    x = graph.node('Add', block, [x, graph.linear(active, `${block}.mlp.out`)]);
  }
  return pool(graph, vit, graph.reshape(x, 'tokens', -1, tokens(vit), vit.width));
}

function embed(graph: Graph, vit: VisionTransformer, pixels: string): string {
  const { width, channels, patch } = vit;
  const lead = leadingTokens(vit);
  const count = tokens(vit) - lead;
  const kernel = graph.weight('patches.weight', [width, channels, patch, patch]);
  const sizes = { kernel_shape: [patch, patch], strides: [patch, patch] };
  const planes = graph.node('Conv', 'patches', [pixels, kernel, graph.weight('patches.bias')], sizes);
  const columns = graph.reshape(planes, 'patches.columns', 0, width, count);
  const rows = graph.node('Transpose', 'patches.rows', [columns], { perm: [0, 2, 1] });
  // As in the studio's own network, the leading tokens join their positions, so that no node needs the batch's size.
  const all = lead === 0 ? rows : graph.node('Pad', 'patches.behind', [rows, graph.integers(0, lead, 0, 0, 0, 0)]);
  const placed = graph.node('Add', 'embedding', [all, places(graph, vit, count)]);
  return graph.reshape(placed, 'embedding.rows', -1, width);
}

/** Positions, with the class token and the registers added to theirs: `[tokens, width]`. */
function places(graph: Graph, vit: VisionTransformer, patches: number): string {
  const positions = graph.weight('positions');
  const leading: string[] = [];
  if (vit.classToken) leading.push(graph.weight('class_token', [1, vit.width]));
  if (vit.registers > 0) leading.push(graph.weight('registers'));
  if (leading.length === 0) return positions;
  const rows = graph.node('Concat', 'leading', leading, { axis: 0 });
  const padded = graph.node('Pad', 'leading.padded', [rows, graph.integers(0, 0, patches, 0)]);
  return graph.node('Add', 'places', [positions, padded]);
}

function norm(graph: Graph, { epsilon }: VisionTransformer, x: string, layer: string): string {
  const inputs = [x, graph.weight(`${layer}.weight`), graph.weight(`${layer}.bias`)];
  return graph.node('LayerNormalization', layer, inputs, { axis: -1, epsilon: { float: epsilon } });
}

function attention(graph: Graph, vit: VisionTransformer, x: string, name: string): string {
  const { heads, width } = vit;
  const inHeads = (part: string, perm: readonly number[]) => {
    const rows = graph.linear(x, `${name}.${part}`);
    const split = graph.reshape(rows, `${name}.${part}.split`, -1, tokens(vit), heads, width / heads);
    return graph.node('Transpose', `${name}.${part}.heads`, [split], { perm });
  };
  const [query, key, value] = [
    inHeads('query', [0, 2, 1, 3]),
    inHeads('key', [0, 2, 3, 1]),
    inHeads('value', [0, 2, 1, 3]),
  ];
  const scale = graph.scalar(Math.sqrt(heads / width));
  const scores = graph.node('MatMul', `${name}.scores`, [graph.node('Mul', `${name}.scaled`, [query, scale]), key]);
  const shares = graph.node('Softmax', `${name}.shares`, [scores], { axis: -1 });
  const mixed = graph.node('MatMul', `${name}.mixed`, [shares, value]);
  const sideBySide = graph.node('Transpose', `${name}.tokens`, [mixed], { perm: [0, 2, 1, 3] });
  return graph.linear(graph.reshape(sideBySide, `${name}.rows`, -1, width), `${name}.out`);
}

/** Tokens `[batch, tokens, width]` → features. */
function pool(graph: Graph, vit: VisionTransformer, x: string): string {
  const { pooling, width } = vit;
  const lead = leadingTokens(vit);
  const pick = (...places: number[]) => graph.node('Gather', 'pooled', [x, graph.integers(...places)], { axis: 1 });
  const normed = (rows: string, count: number) =>
    graph.reshape(norm(graph, vit, rows, 'norm'), 'norm.rows', -1, count * width);
  switch (pooling) {
    case 'class-token':
      return normed(pick(0), 1);
    case 'distilled':
      return normed(pick(0, lead - 1), 2);
    case 'mean': {
      const ends = [graph.integers(lead), graph.integers(tokens(vit)), graph.integers(1)];
      const patches = graph.node('Slice', 'pooled.patches', [x, ...ends]);
      return normed(graph.node('ReduceMean', 'pooled', [patches], { axes: [1], keepdims: 1 }), 1);
    }
    default:
      throw pooling satisfies never;
  }
}
