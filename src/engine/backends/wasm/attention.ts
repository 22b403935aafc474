/** Self-attention on the wasm heap. */
import type * as tf from '@tensorflow/tfjs-core';
import type { AttentionShape } from '../../ops/attention.ts';
import type { Kernel } from './heap.ts';

/** packed → value, probabilities */
export const attention: Kernel = ({ inputs, attributes, heap }) => {
  const { packed } = inputs as { packed: tf.TensorInfo };
  const { batch, tokens, heads } = attributes as AttentionShape;
  const width = widthOf(packed, batch * tokens);
  const value = heap.output([batch * tokens, width]);
  const probabilities = heap.output([batch * heads, tokens, tokens]);
  const addresses = [heap.address(packed), heap.address(value), heap.address(probabilities)] as const;
  const scratch = heap.scratch(heap.assembly.attentionScratch(tokens));
  heap.assembly.attention(...addresses, batch, tokens, heads, width / heads, scratch);
  return [value, probabilities];
};

/** dy, packed, probabilities → gradient of packed */
export const attentionGradient: Kernel = ({ inputs, attributes, heap }) => {
  const { dy, packed, probabilities } = inputs as Record<'dy' | 'packed' | 'probabilities', tf.TensorInfo>;
  const { batch, tokens, heads } = attributes as AttentionShape;
  const width = widthOf(packed, batch * tokens);
  const gradient = heap.output([...packed.shape]);
  const [from, of, weights] = [heap.address(dy), heap.address(packed), heap.address(probabilities)];
  const to = heap.address(gradient);
  const scratch = heap.scratch(heap.assembly.attentionScratch(tokens));
  heap.assembly.attentionGradient(from, of, weights, to, batch, tokens, heads, width / heads, scratch);
  return [gradient];
};

function widthOf({ shape: [rows, columns = 0] }: tf.TensorInfo, expected: number): number {
  if (rows !== expected) throw new RangeError(`attention over ${expected} tokens does not take ${rows}`);
  return columns / 3;
}
