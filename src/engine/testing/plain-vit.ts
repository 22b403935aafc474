/**
 * Test support: a vision transformer once more, with plain loops over the tokens of one image, in double precision. It shares
 * nothing with the network that it checks.
 */
import type { Model, Weights } from '../architectures/model.ts';
import type { Activation } from '../recipe.ts';
import type { Rows } from '../theory/testing.ts';
import { rowsOf, sum, times, transpose } from '../theory/testing.ts';

/** Features and what the head makes of them, of one image given as patches `[patches, channels · patch²]`. */
export function plainVitOutputs(
  { architecture: vit, weights }: Model,
  patches: Rows,
): Record<'features' | 'head', number[]> {
  if (vit.kind !== 'vit') throw new RangeError('only a ViT has patches');
  const norm = (name: string, x: Rows) => layerNorm(weights, name, vit.epsilon, x);
  let x = embedded(weights, patches);
  if (vit.preNorm) x = norm('pre_norm', x);
  for (let block = 0; block < vit.blocks; block++) {
    const [attention, mlp] = [`blocks.${block}.attention`, `blocks.${block}.mlp`];
    const seen = norm(`blocks.${block}.norm1`, x);
    const [query, key, value] = ['query', 'key', 'value'].map((part) => linear(weights, `${attention}.${part}`, seen));
    const mixed = attend(query ?? [], key ?? [], value ?? [], vit.heads);
    x = sum([x, linear(weights, `${attention}.out`, mixed)]);
    const inside = linear(weights, `${mlp}.in`, norm(`blocks.${block}.norm2`, x));
    const hidden = inside.map((row) => row.map((own) => activations[vit.activation](own)));
    x = sum([x, linear(weights, `${mlp}.out`, hidden)]);
  }
  const features = readByHead(vit.pooling, x, x.length - patches.length)
    .flatMap((row) => norm('norm', [row]))
    .flat();
  return { features, head: linear(weights, 'head', [features]).flat() };
}

/** The rows whose LayerNorms stand side by side. */
function readByHead(pooling: string, x: Rows, leading: number): Rows {
  const [first = []] = x;
  if (pooling === 'class-token') return [first];
  if (pooling === 'distilled') return [first, x[leading - 1] ?? []];
  const patches = x.slice(leading);
  return [first.map((_, unit) => patches.reduce((total, row) => total + (row[unit] ?? 0), 0) / patches.length)];
}

/** Class token, registers and patches, each at its position. */
function embedded(weights: Weights, patches: Rows): Rows {
  const before = ['class_token', 'registers'].flatMap((name) => (weights.has(name) ? rowsOf(weights.get(name)) : []));
  return sum([[...before, ...linear(weights, 'patches', patches)], rowsOf(weights.get('positions'))]);
}

function linear(weights: Weights, name: string, x: Rows): Rows {
  const [bias = []] = rowsOf(weights.get(`${name}.bias`));
  return times(x, transpose(rowsOf(weights.get(`${name}.weight`)))).map((row) =>
    row.map((value, unit) => value + (bias[unit] ?? 0)),
  );
}

function layerNorm(weights: Weights, name: string, epsilon: number, x: Rows): Rows {
  const [[gain = []], [bias = []]] = [rowsOf(weights.get(`${name}.weight`)), rowsOf(weights.get(`${name}.bias`))];
  return x.map((row) => {
    const centre = mean(row);
    const deviation = Math.sqrt(mean(row.map((value) => (value - centre) ** 2)) + epsilon);
    return row.map((value, unit) => ((value - centre) / deviation) * (gain[unit] ?? 0) + (bias[unit] ?? 0));
  });
}

function attend(query: Rows, key: Rows, value: Rows, heads: number): Rows {
  const size = (query[0]?.length ?? 0) / heads;
  return query.map((own) =>
    Array.from({ length: heads }, (_, head) => {
      const part = (row: readonly number[]) => row.slice(head * size, (head + 1) * size);
      const scores = key.map((other) => Math.exp(dot(part(own), part(other)) / Math.sqrt(size)));
      const total = scores.reduce((all, score) => all + score, 0);
      return part(own).map((__, unit) =>
        value.reduce((all, row, token) => all + ((scores[token] ?? 0) / total) * (part(row)[unit] ?? 0), 0),
      );
    }).flat(),
  );
}

const activations: Record<Activation, (x: number) => number> = {
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  'gelu-tanh': (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  'quick-gelu': (x) => x / (1 + Math.exp(-1.702 * x)),
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  identity: (x) => x,
};

/** The error function by its power series, which converges everywhere; from 4 on it is ±1 to 10⁻⁷. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let [term, total] = [x, x];
  for (let n = 1; n < 100; n++) {
    term *= -(x ** 2) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

const mean = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0) / values.length;
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((all, value, i) => all + value * (b[i] ?? 0), 0);
