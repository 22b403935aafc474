/**
 * The networks in plain loops and double precision, from nothing but a file's tensors. Shares nothing with src, so that
 * what the studio says of a model can be checked by somebody else. A matrix is a list of rows.
 */
import type { Tensor } from './safetensors.ts';

export type Tensors = ReadonlyMap<string, Tensor>;

/** Logits of an MLP with ReLU between its layers, which are named "0.weight", "2.weight", … */
export function mlpLogits(tensors: Tensors, input: Float64Array): Float64Array {
  const layers = [...tensors.keys()]
    .filter((name) => name.endsWith('.weight'))
    .map((name) => name.replace(/\.weight$/, ''))
    .sort((a, b) => Number(a) - Number(b));
  let x = input;
  for (const [depth, layer] of layers.entries()) {
    [x = input] = linear(tensors, layer, [x]);
    if (depth < layers.length - 1) x = x.map((value) => Math.max(value, 0));
  }
  return x;
}

/** Logits of a pre-LN vision transformer with timm's names, for one image `[channels, side, side]`. */
export function vitLogits(tensors: Tensors, image: Float64Array, heads: number): Float64Array {
  const positions = rowsOf(get(tensors, 'pos_embed'));
  let x = [get(tensors, 'cls_token').values, ...patches(tensors, image)].map((row, token) =>
    add(row, positions[token]!),
  );
  for (let block = 0; tensors.has(`blocks.${block}.norm1.weight`); block++) {
    const name = `blocks.${block}`;
    const attended = attention(tensors, `${name}.attn`, layerNorm(tensors, `${name}.norm1`, x), heads);
    x = x.map((row, token) => add(row, attended[token]!));
    const hidden = linear(tensors, `${name}.mlp.fc1`, layerNorm(tensors, `${name}.norm2`, x));
    const fed = linear(
      tensors,
      `${name}.mlp.fc2`,
      hidden.map((row) => row.map(gelu)),
    );
    x = x.map((row, token) => add(row, fed[token]!));
  }
  return linear(tensors, 'head', layerNorm(tensors, 'norm', x.slice(0, 1)))[0]!;
}

/** The convolution of `patch_embed.proj`, `[d, channels, p, p]` with stride p: one row of d numbers for each patch. */
function patches(tensors: Tensors, image: Float64Array): Float64Array[] {
  const [, channels, p] = get(tensors, 'patch_embed.proj.weight').shape as [number, number, number];
  const side = Math.sqrt(image.length / channels);
  const starts = Array.from({ length: side / p }, (_, index) => index * p);
  const cut = (top: number, left: number) =>
    Float64Array.from({ length: channels * p * p }, (_, index) => {
      const [channel, y, x] = [Math.floor(index / (p * p)), Math.floor(index / p) % p, index % p];
      return image[(channel * side + top + y) * side + left + x]!;
    });
  return linear(
    tensors,
    'patch_embed.proj',
    starts.flatMap((top) => starts.map((left) => cut(top, left))),
  );
}

/** qkv is `[3d, d]`: the rows of all heads' queries, then of their keys, then of their values. */
function attention(tensors: Tensors, name: string, x: Float64Array[], heads: number): Float64Array[] {
  const width = x[0]!.length;
  const size = width / heads;
  const qkv = linear(tensors, `${name}.qkv`, x);
  const mixed = x.map(() => new Float64Array(width));
  for (let head = 0; head < heads; head++) {
    const part = (which: number) =>
      qkv.map((row) => row.subarray(which * width + head * size, which * width + (head + 1) * size));
    const [queries, keys, values] = [part(0), part(1), part(2)];
    for (const [token, query] of queries.entries()) {
      const shares = softmax(keys.map((key) => dot(query, key) / Math.sqrt(size)));
      const sum = mixed[token]!.subarray(head * size, (head + 1) * size);
      for (const [other, value] of values.entries()) addScaled(sum, shares[other]!, value);
    }
  }
  return linear(tensors, `${name}.proj`, mixed);
}

function layerNorm(tensors: Tensors, name: string, x: Float64Array[]): Float64Array[] {
  const { values: weight } = get(tensors, `${name}.weight`);
  const { values: bias } = get(tensors, `${name}.bias`);
  return x.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    const scale = 1 / Math.sqrt(variance + 1e-6);
    return row.map((value, i) => (value - mean) * scale * weight[i]! + bias[i]!);
  });
}

/** `[n, d_in] · Wᵀ + b` with W `[d_out, d_in]`. */
function linear(tensors: Tensors, name: string, x: Float64Array[]): Float64Array[] {
  const weights = rowsOf(get(tensors, `${name}.weight`));
  const { values: bias } = get(tensors, `${name}.bias`);
  return x.map((row) => bias.map((value, out) => value + dot(row, weights[out]!)));
}

/** Views of a tensor's rows: its first axis that is not 1, and all that follows flattened. */
function rowsOf({ shape, values }: Tensor): Float64Array[] {
  const rows = shape.find((size) => size > 1) ?? 1;
  const columns = values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns));
}

function get(tensors: Tensors, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the model has no ${name}`);
  return tensor;
}

const add = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]!);

/** sum += scale · row, in place. */
function addScaled(sum: Float64Array, scale: number, row: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += scale * row[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function softmax(scores: number[]): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

const gelu = (x: number): number => (x * (1 + erf(x / Math.SQRT2))) / 2;

/** `2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!`: all terms have one sign, so nothing cancels. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
