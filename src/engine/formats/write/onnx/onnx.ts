/** Writes a whole network as ONNX, opset 17 (onnx.proto; the operators are those of ai.onnx 17). */
import type { Architecture, Model, Perceptron } from '../../../architectures/model.ts';
import { featureWidth } from '../../../architectures/model.ts';
import type { ExportFloat, OutputFile, Piece } from '../output.ts';
import { bytesPiece, outputFile, tensorBytes, tensorPiece } from '../output.ts';
import { activate } from './activation.ts';
import type { UsedWeight } from './graph.ts';
import { dataTypes, Graph } from './graph.ts';
import { Message } from './protobuf.ts';
import { vitFeatures } from './vit.ts';

/** The newest version of the file format that opset 17 needs. */
const irVersion = 8;
const opset = 17;
/** A protocol buffer ends at 2 GB; 16 MB are left to the graph. */
const mostInside = 2 ** 31 - 2 ** 24;
/** Of weights in a file of their own, so that they can be mapped into memory. */
const pageBytes = 4096;

export interface OnnxOptions {
  floatType: ExportFloat;
  /** Becomes the model's metadata properties. */
  metadata: Readonly<Record<string, string>>;
  /** Bytes of weights above which they lie in a file of their own, `name.onnx_data`. */
  insideBytes?: number;
}

/**
 * `name.onnx`. Input of a ViT: `pixels`, float32 `[batch, channels, height, width]`, values 0 to 1; of an MLP: `inputs`,
 * `[batch, inputs]`. Outputs: `logits` `[batch, classes]` and `features` `[batch, featureWidth]`. It computes in 32 bits;
 * other float types are how the weights are stored. Throws `StudioError` when a weight is too large for the float type.
 */
export function onnxFiles(name: string, model: Model, options: OnnxOptions): OutputFile[] {
  const { floatType, metadata, insideBytes = mostInside } = options;
  const { architecture } = model;
  const graph = new Graph(model, floatType);
  const features = graph.node('Identity', 'features', [featuresOf(graph, architecture)]);
  graph.linear(features, 'head', 'logits');

  const outside = graph.used.reduce((sum, { weight }) => sum + tensorBytes(weight, floatType), 0) > insideBytes;
  const dataFile = `${name}.onnx_data`;
  const data = outside ? layOut(graph.used, floatType) : null;
  const initializers = graph.used.map((used, index) => {
    const tensor = new Message()
      .integers(1, used.weight.shape)
      .integer(2, dataTypes[floatType])
      .text(8, used.initializer);
    const place = data?.places[index];
    if (place) return elsewhere(tensor, dataFile, place);
    return tensor.piece(9, tensorPiece(used.parameter, used.weight, floatType));
  });

  const shapes = { logits: architecture.classes, features: featureWidth(architecture) };
  const graphMessage = new Message()
    .pieces(1, graph.nodes)
    .text(2, name)
    .pieces(5, [...graph.constants, ...initializers])
    .piece(11, valueInfo(inputOf(architecture), inputShape(architecture)))
    .pieces(
      12,
      Object.entries(shapes).map(([output, width]) => valueInfo(output, ['batch', width])),
    );
  const file = new Message()
    .integer(1, irVersion)
    .text(2, 'FS-Merge Studio')
    .text(6, describe(architecture))
    .piece(7, graphMessage)
    .piece(8, new Message().text(1, '').integer(2, opset))
    .pieces(
      14,
      Object.entries(metadata).map(([key, value]) => entry(key, value)),
    );
  const files = [outputFile(`${name}.onnx`, [file])];
  return data ? [...files, outputFile(dataFile, data.pieces)] : files;
}

function featuresOf(graph: Graph, architecture: Architecture): string {
  const input = inputOf(architecture);
  return architecture.kind === 'vit'
    ? vitFeatures(graph, architecture, input)
    : perceptronFeatures(graph, architecture, input);
}

function perceptronFeatures(graph: Graph, { widths, activation }: Perceptron, inputs: string): string {
  let x = inputs;
  for (const layer of widths.keys()) {
    x = activate(graph, graph.linear(x, `layers.${layer}`), `layers.${layer}.activation`, activation);
  }
  return x;
}

const inputOf = ({ kind }: Architecture): string => (kind === 'vit' ? 'pixels' : 'inputs');

function inputShape(architecture: Architecture): (string | number)[] {
  if (architecture.kind === 'mlp') return ['batch', architecture.inputs];
  return ['batch', architecture.channels, architecture.image, architecture.image];
}

function describe(architecture: Architecture): string {
  if (architecture.kind === 'mlp') return `Feed-forward network. Input: inputs [batch, ${architecture.inputs}].`;
  const { channels, image, output } = architecture;
  const input = `Input: pixels [batch, ${channels}, ${image}, ${image}], values 0 to 1.`;
  return `Vision transformer. ${input}${output === 'embedding' ? ' The output logits is an embedding.' : ''}`;
}

interface OutsidePlace {
  offset: number;
  bytes: number;
}

/** The weights one after the other, each at the start of a page. */
function layOut(used: readonly UsedWeight[], floatType: ExportFloat): { places: OutsidePlace[]; pieces: Piece[] } {
  const places: OutsidePlace[] = [];
  const pieces: Piece[] = [];
  let end = 0;
  for (const { parameter, weight } of used) {
    const offset = Math.ceil(end / pageBytes) * pageBytes;
    const piece = tensorPiece(parameter, weight, floatType);
    pieces.push(bytesPiece(new Uint8Array(offset - end)), piece);
    places.push({ offset, bytes: piece.bytes });
    end = offset + piece.bytes;
  }
  return { places, pieces };
}

/** Says where the elements of an initializer lie. */
function elsewhere(tensor: Message, file: string, { offset, bytes }: OutsidePlace): Message {
  const place = { location: file, offset: String(offset), length: String(bytes) };
  const external = 1;
  return tensor
    .pieces(
      13,
      Object.entries(place).map(([key, value]) => entry(key, value)),
    )
    .integer(14, external);
}

const entry = (key: string, value: string): Message => new Message().text(1, key).text(2, value);

/** Name and type of an input or output: float32, an axis with a name being of any length. */
function valueInfo(name: string, shape: readonly (string | number)[]): Message {
  const axes = shape.map((axis) =>
    typeof axis === 'string' ? new Message().text(2, axis) : new Message().integer(1, axis),
  );
  const tensor = new Message().integer(1, dataTypes.F32).piece(2, new Message().pieces(1, axes));
  return new Message().text(1, name).piece(2, new Message().piece(1, tensor));
}
