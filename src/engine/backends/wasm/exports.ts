/**
 * What the compiled kernels export; the folder assembly says what each of them computes. Tensors are given by their addresses
 * in bytes, sizes are counts of numbers, strides are in bytes.
 */
export interface Assembly {
  /** `bias` may be C itself: then the product is added onto it. */
  matMul(
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    turnedA: boolean,
    b: number,
    ldb: number,
    turnedB: boolean,
    c: number,
    ldc: number,
    bias: number,
    scratch: number,
  ): void;
  /** Bytes of scratch. */
  matMulScratch(): number;

  attention(
    packed: number,
    out: number,
    probabilities: number,
    batch: number,
    tokens: number,
    heads: number,
    size: number,
    scratch: number,
  ): void;
  attentionGradient(
    dy: number,
    packed: number,
    probabilities: number,
    gradient: number,
    batch: number,
    tokens: number,
    heads: number,
    size: number,
    scratch: number,
  ): void;
  /** Bytes of scratch, for both. */
  attentionScratch(tokens: number): number;

  layerNorm(
    x: number,
    gain: number,
    bias: number,
    out: number,
    moments: number,
    rows: number,
    width: number,
    epsilon: number,
  ): void;
  layerNormGradient(
    dy: number,
    x: number,
    gain: number,
    moments: number,
    dx: number,
    toGain: number,
    toBias: number,
    rows: number,
    width: number,
  ): void;

  gelu(x: number, value: number, derivative: number, count: number): void;
  geluTanh(x: number, value: number, derivative: number, count: number): void;
  quickGelu(x: number, value: number, derivative: number, count: number): void;

  sums(x: number, out: number, outer: number, length: number, inner: number): void;
  scaledSum(x: number, scale: number, out: number, count: number, rows: number, columns: number): void;
  rowDots(x: number, y: number, out: number, rows: number, columns: number): void;
  columnDots(x: number, y: number, out: number, rows: number, columns: number, onto: boolean): void;
  add: Combination;
  subtract: Combination;
  multiply: Combination;
  copyRuns(from: number, fromStride: number, to: number, toStride: number, rows: number, bytes: number): void;
  zeros(to: number, bytes: number): void;
  adamW(
    value: number,
    mean: number,
    variance: number,
    gradient: number,
    count: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    epsilon: number,
    keep: number,
    rate: number,
    deviation: number,
  ): void;
}

type Combination = (
  a: number,
  aRow: number,
  aStep: number,
  b: number,
  bRow: number,
  bStep: number,
  out: number,
  rows: number,
  columns: number,
) => void;
