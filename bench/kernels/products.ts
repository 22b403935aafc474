/** The matrix products of a training step, and a place to run them. */

export interface ProductShape {
  what: string;
  /** `[m, k] · [k, n]`; `batch` of them. */
  batch: number;
  m: number;
  k: number;
  n: number;
  /** Which operands lie turned in memory. */
  turnA: boolean;
  turnB: boolean;
}

/** A linear layer on so many rows: forward, the gradient of its input, of its weight. */
function layer(what: string, rows: number, inputs: number, outputs: number): ProductShape[] {
  return [
    { what: `${what}, x Wᵀ`, batch: 1, m: rows, k: inputs, n: outputs, turnA: false, turnB: true },
    { what: `${what}, dy W`, batch: 1, m: rows, k: outputs, n: inputs, turnA: false, turnB: false },
    { what: `${what}, dyᵀ x`, batch: 1, m: outputs, k: rows, n: inputs, turnA: true, turnB: false },
  ];
}

/** Full M and U of all sources and layers of a shape: `Mᵀ W`, and both turned, which no step has. */
function fold(what: string, batch: number, width: number): ProductShape[] {
  const square = { batch, m: width, k: width, n: width };
  return [
    { what: `${what}, Mᵀ W`, ...square, turnA: true, turnB: false },
    { what: `${what}, both turned`, ...square, turnA: true, turnB: true },
  ];
}

export const products = {
  tiny: [
    ...layer('query, key, value', 64 * 17, 64, 192),
    ...layer('into the MLP', 64 * 17, 64, 128),
    ...layer('out of the MLP', 64 * 17, 128, 64),
    ...fold('fold of 2 × 4 layers', 8, 64),
  ],
  ti: [
    ...layer('query, key, value', 8 * 197, 192, 576),
    ...layer('into the MLP', 8 * 197, 192, 768),
    ...layer('out of the MLP', 8 * 197, 768, 192),
    ...fold('fold of 2 × 3 layers', 6, 192),
  ],
} as const satisfies Record<string, readonly ProductShape[]>;

/** Multiplications and additions. */
export const operations = ({ batch, m, k, n }: ProductShape): number => 2 * batch * m * k * n;

/** Shapes of the operands as they lie in memory. */
export function operandShapes({ batch, m, k, n, turnA, turnB }: ProductShape): [number[], number[]] {
  const outer = batch > 1 ? [batch] : [];
  return [
    [...outer, ...(turnA ? [k, m] : [m, k])],
    [...outer, ...(turnB ? [n, k] : [k, n])],
  ];
}
