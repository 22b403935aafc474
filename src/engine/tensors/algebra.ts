/**
 * Dense linear algebra on the host (ml-matrix), in double precision.
 * Weights come in and go out as 32-bit floats; a rank counts what is above their rounding.
 */
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { Weight } from './host-tensor.ts';

/** Distance of 1 from the next 32-bit float. */
export const float32Epsilon = 2 ** -23;

/** `[rows, columns]` as it is; `[width]` as one row. Throws `RangeError` for other shapes and entries that are not finite. */
export function toMatrix({ shape, values }: Weight): Matrix {
  const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
  if (rows === undefined || columns === undefined || shape.length > 2) {
    throw new RangeError(`a matrix has one or two axes, not the shape [${shape.join(', ')}]`);
  }
  if (!values.every(Number.isFinite)) throw new RangeError('a matrix has entries that are not finite');
  return Matrix.from1DArray(rows, columns, values);
}

/** Rounds to 32-bit floats, row-major. */
export function toWeight(matrix: Matrix): Weight {
  return { shape: [matrix.rows, matrix.columns], values: Float32Array.from(matrix.to1DArray()) };
}

/** ‖actual − wanted‖ / ‖wanted‖, Frobenius norms. For wanted = 0: 0 where actual = 0 too, else Infinity. */
export function relativeError(actual: Matrix, wanted: Matrix): number {
  const distance = Matrix.sub(actual, wanted).norm('frobenius');
  return distance === 0 ? 0 : distance / wanted.norm('frobenius');
}

/** `left · diag(values) · rightᵀ` of a matrix `[rows, columns]`, with k = min(rows, columns). */
export interface Decomposition {
  /** `[rows, k]`, orthonormal columns. */
  left: Matrix;
  /** k singular values, largest first. */
  values: number[];
  /** `[columns, k]`, orthonormal columns. */
  right: Matrix;
  /** Singular values above the largest · max(rows, columns) · ε of 32-bit floats: what rounding to them cannot make. */
  rank: number;
}

/** Singular value decomposition. */
export function decompose(matrix: Matrix): Decomposition {
  const svd = new SingularValueDecomposition(matrix, { autoTranspose: true });
  const values = svd.diagonal;
  const tolerance = (values[0] ?? 0) * Math.max(matrix.rows, matrix.columns) * float32Epsilon;
  const rank = values.filter((value) => value > tolerance).length;
  return { left: svd.leftSingularVectors, values, right: svd.rightSingularVectors, rank };
}

/** `left · diag(factors) · rightᵀ` */
export function compose(left: Matrix, factors: readonly number[], right: Matrix): Matrix {
  return left.clone().mulRowVector(factors).mmul(right.transpose());
}

/** 1 / σₖ of the values that count for the rank, 0 for the others. */
export function reciprocals({ values, rank }: Decomposition): number[] {
  return values.map((value, index) => (index < rank ? 1 / value : 0));
}

/** Moore–Penrose: `A⁺ b` is the least-squares solution of `A x = b` that has the smallest norm. */
export function pseudoInverse(matrix: Matrix): Matrix {
  const parts = decompose(matrix);
  return compose(parts.right, reciprocals(parts), parts.left);
}
