/** The graph of an ONNX model under construction: nodes, constants, and the weights they use. Field numbers are those of onnx.proto. */
import type { Model } from '../../../architectures/model.ts';
import type { Weight } from '../../../tensors/host-tensor.ts';
import type { ExportFloat } from '../output.ts';
import { bytesPiece } from '../output.ts';
import { Message } from './protobuf.ts';

export const dataTypes = { F32: 1, I64: 7, F16: 10, BF16: 16 } as const;

type Attribute = number | readonly number[] | { float: number };

/** A weight that the graph uses. */
export interface UsedWeight {
  /** Canonical name. */
  parameter: string;
  initializer: string;
  weight: Weight;
}

/** What a node computes is known by the node's name. */
export class Graph {
  readonly nodes: Message[] = [];
  readonly constants: Message[] = [];
  readonly used: UsedWeight[] = [];
  readonly #known = new Set<string>();

  constructor(
    readonly model: Model,
    private readonly floatType: ExportFloat,
  ) {}

  /** Adds a node of one output, which has its name, and returns the name. */
  node(
    operator: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const node = new Message().texts(1, inputs).text(2, name).text(3, name).text(4, operator);
    for (const [key, value] of Object.entries(attributes)) node.piece(5, attribute(key, value));
    this.nodes.push(node);
    return name;
  }

  /** A canonical parameter, as 32-bit floats. `shape` when it is not the canonical one: same elements in the same order. */
  weight(name: string, shape?: readonly number[]): string {
    const weight = this.model.weights.get(name);
    if (!weight) throw new RangeError(`the model has no parameter ${name}`);
    const wide = this.floatType === 'F32';
    const initializer = wide ? name : `${name}.${this.floatType.toLowerCase()}`;
    const used = { shape: shape ?? weight.shape, values: weight.values };
    this.used.push({ parameter: name, initializer, weight: used });
    return wide ? name : this.node('Cast', name, [initializer], { to: dataTypes.F32 });
  }

  /** A 32-bit constant. */
  scalar(value: number): string {
    return this.#constant(`constant ${value}`, dataTypes.F32, [], new Uint8Array(Float32Array.of(value).buffer));
  }

  /** A constant vector of whole numbers. */
  integers(...values: number[]): string {
    const elements = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#constant(`constant [${values.join(', ')}]`, dataTypes.I64, [values.length], elements);
  }

  /** `x` `[rows, in]` → `[rows, out]`. */
  linear(x: string, layer: string, name = layer): string {
    return this.node('Gemm', name, [x, this.weight(`${layer}.weight`), this.weight(`${layer}.bias`)], { transB: 1 });
  }

  reshape(x: string, name: string, ...shape: number[]): string {
    return this.node('Reshape', name, [x, this.integers(...shape)]);
  }

  #constant(name: string, type: number, shape: readonly number[], elements: Uint8Array<ArrayBuffer>): string {
    if (!this.#known.has(name)) {
      this.#known.add(name);
      const tensor = new Message().integers(1, shape).integer(2, type).text(8, name);
      this.constants.push(tensor.piece(9, bytesPiece(elements)));
    }
    return name;
  }
}

const attributeTypes = { float: 1, integer: 2, integers: 7 } as const;

function attribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, attributeTypes.integer);
  if ('float' in value) return message.float(2, value.float).integer(20, attributeTypes.float);
  return message.integers(8, value).integer(20, attributeTypes.integers);
}
