/** Activations spelled out in operators of opset 17, in the forms of `ops/activation.ts`. */
import type { Activation } from '../../../recipe.ts';
import type { Graph } from './graph.ts';

/** Adds the activation of `x`; `name` is that of its last node. */
export function activate(graph: Graph, x: string, name: string, activation: Activation): string {
  const times = (part: string, left: string, right: string) => graph.node('Mul', part, [left, right]);
  const plusOne = (part: string, of: string) => graph.node('Add', part, [of, graph.scalar(1)]);
  const scaled = (part: string, of: string, factor: number) => times(part, of, graph.scalar(factor));
  switch (activation) {
    case 'relu':
      return graph.node('Relu', name, [x]);
    case 'tanh':
      return graph.node('Tanh', name, [x]);
    case 'identity':
      return x;
    case 'gelu': {
      const erf = graph.node('Erf', `${name}.erf`, [scaled(`${name}.scaled`, x, Math.SQRT1_2)]);
      return times(name, scaled(`${name}.half`, x, 0.5), plusOne(`${name}.area`, erf));
    }
    case 'gelu-tanh': {
      const cubic = scaled(`${name}.cubic`, times(`${name}.square`, x, x), 0.044715);
      const scale = scaled(`${name}.scaled`, x, Math.sqrt(2 / Math.PI));
      const tanh = graph.node('Tanh', `${name}.tanh`, [
        times(`${name}.inner`, scale, plusOne(`${name}.factor`, cubic)),
      ]);
      return times(name, scaled(`${name}.half`, x, 0.5), plusOne(`${name}.area`, tanh));
    }
    case 'quick-gelu': {
      const gate = graph.node('Sigmoid', `${name}.gate`, [scaled(`${name}.scaled`, x, 1.702)]);
      return times(name, x, gate);
    }
    default:
      throw activation satisfies never;
  }
}
