/** Test support: a network computed by plain loops in 64 bits, one image at a time: a witness for what others compute. */
import type { Model, Perceptron, VisionTransformer } from '../architectures/model.ts';
import { leadingTokens } from '../architectures/model.ts';
import type { Activation } from '../recipe.ts';

type Row = readonly number[];

export interface HostOutput {
  features: number[];
  logits: number[];
}

/** `input`: pixels of a ViT by channel, row and column, as ONNX and PyTorch have them; the inputs of an MLP. */
export function hostNetwork(model: Model, input: Row): HostOutput {
  const { architecture } = model;
  const layers = new Layers(model);
  const features =
    architecture.kind === 'vit' ? vitFeatures(architecture, layers, input) : mlpFeatures(architecture, layers, input);
  return { features, logits: layers.linear('head', features) };
}

class Layers {
  readonly #known = new Map<string, number[][]>();

  constructor(private readonly model: Model) {}

  /** A parameter as rows of its last axis. */
  rows(name: string): number[][] {
    const known = this.#known.get(name);
    if (known) return known;
    const weight = this.model.weights.get(name);
    if (!weight) throw new RangeError(`no parameter ${name}`);
    const { shape, values } = weight;
    const width = shape.at(-1) ?? 1;
    const rows = Array.from({ length: values.length / width }, (_, row) => [
      ...values.subarray(row * width, (row + 1) * width),
    ]);
    this.#known.set(name, rows);
    return rows;
  }

  row = (name: string): number[] => this.rows(name)[0] ?? [];

  linear(layer: string, x: Row): number[] {
    const bias = this.row(`${layer}.bias`);
    return this.rows(`${layer}.weight`).map((weights, out) => dot(weights, x) + at(bias, out));
  }

  norm(layer: string, x: Row, epsilon: number): number[] {
    const [gain, bias] = [this.row(`${layer}.weight`), this.row(`${layer}.bias`)];
    const mean = sum(x) / x.length;
    const deviation = Math.sqrt(sum(x.map((value) => (value - mean) ** 2)) / x.length + epsilon);
    return x.map((value, index) => ((value - mean) / deviation) * at(gain, index) + at(bias, index));
  }
}

function mlpFeatures({ widths, activation }: Perceptron, layers: Layers, inputs: Row): number[] {
  let x = [...inputs];
  for (const layer of widths.keys())
    x = layers.linear(`layers.${layer}`, x).map((value) => activate(value, activation));
  return x;
}

function vitFeatures(vit: VisionTransformer, layers: Layers, pixels: Row): number[] {
  const norm = (layer: string) => (x: Row) => layers.norm(layer, x, vit.epsilon);
  let x: number[][] = embed(vit, layers, pixels);
  if (vit.preNorm) x = x.map(norm('pre_norm'));
  for (let block = 0; block < vit.blocks; block++) {
    const name = `blocks.${block}`;
    const attended = attention(vit, layers, x.map(norm(`${name}.norm1`)), `${name}.attention`);
    x = x.map((row, token) => add(row, attended[token] ?? []));
    const mlp = (row: Row) => {
      const hidden = layers.linear(`${name}.mlp.in`, norm(`${name}.norm2`)(row));
      return layers.linear(
        `${name}.mlp.out`,
        hidden.map((value) => activate(value, vit.activation)),
      );
    };
    x = x.map((row) => add(row, mlp(row)));
  }
  return pool(vit, x, norm('norm'));
}

function embed(vit: VisionTransformer, layers: Layers, pixels: Row): number[][] {
  const { image, patch, channels } = vit;
  const side = image / patch;
  const patches = Array.from({ length: side * side }, (_, place) => {
    const [top, left] = [Math.floor(place / side) * patch, (place % side) * patch];
    const inside = Array.from({ length: channels * patch * patch }, (_, index) => {
      const channel = Math.floor(index / (patch * patch));
      const y = top + (Math.floor(index / patch) % patch);
      return at(pixels, (channel * image + y) * image + left + (index % patch));
    });
    return layers.linear('patches', inside);
  });
  const leading = [
    ...(vit.classToken ? layers.rows('class_token') : []),
    ...(vit.registers > 0 ? layers.rows('registers') : []),
  ];
  return layers.rows('positions').map((position, token) => add(position, [...leading, ...patches][token] ?? []));
}

function attention({ heads, width }: VisionTransformer, layers: Layers, x: Row[], name: string): number[][] {
  const size = width / heads;
  const inHead = (part: string) => {
    const rows = x.map((row) => layers.linear(`${name}.${part}`, row));
    return (head: number) => rows.map((row) => row.slice(head * size, (head + 1) * size));
  };
  const [queries, keys, values] = [inHead('query'), inHead('key'), inHead('value')];
  const ofHead = (head: number) =>
    queries(head).map((query) => {
      const shares = softmax(keys(head).map((key) => dot(query, key) / Math.sqrt(size)));
      return Array.from({ length: size }, (_, column) =>
        dot(
          shares,
          values(head).map((value) => at(value, column)),
        ),
      );
    });
  const mixed = Array.from({ length: heads }, (_, head) => ofHead(head));
  return x.map((_, token) =>
    layers.linear(
      `${name}.out`,
      mixed.flatMap((head) => head[token] ?? []),
    ),
  );
}

function pool(vit: VisionTransformer, x: readonly Row[], norm: (x: Row) => number[]): number[] {
  const lead = leadingTokens(vit);
  switch (vit.pooling) {
    case 'class-token':
      return norm(x[0] ?? []);
    case 'distilled':
      return [...norm(x[0] ?? []), ...norm(x[lead - 1] ?? [])];
    case 'mean': {
      const patches = x.slice(lead);
      return norm(patches.reduce(add).map((total) => total / patches.length));
    }
    default:
      throw vit.pooling satisfies never;
  }
}

function activate(x: number, activation: Activation): number {
  switch (activation) {
    case 'relu':
      return Math.max(x, 0);
    case 'tanh':
      return Math.tanh(x);
    case 'identity':
      return x;
    case 'gelu':
      return (x / 2) * (1 + erf(x / Math.SQRT2));
    case 'gelu-tanh':
      return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case 'quick-gelu':
      return x / (1 + Math.exp(-1.702 * x));
    default:
      throw activation satisfies never;
  }
}

/** By its series with positive terms only (Abramowitz and Stegun 7.1.6). */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, total] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

const at = (row: Row, index: number): number => row[index] ?? Number.NaN;
const sum = (row: Row): number => row.reduce((total, value) => total + value, 0);
const dot = (a: Row, b: Row): number => sum(a.map((value, index) => value * at(b, index)));
const add = (a: Row, b: Row): number[] => a.map((value, index) => value + at(b, index));

function softmax(row: Row): number[] {
  const largest = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - largest));
  const total = sum(powers);
  return powers.map((power) => power / total);
}
