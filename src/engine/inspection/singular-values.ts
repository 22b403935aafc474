/** Singular values of a matrix: all of them where that is quick, else the largest few. */
import { Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';
import type { Random } from '../random.ts';
import type { Grid } from './block.ts';

export interface SingularValues {
  /** Largest first. */
  values: number[];
  /** Whether these are all min(rows, columns) of them. */
  all: boolean;
}

/** Largest side of a matrix whose values are all computed. */
const largestWhole = 512;
/** Of larger matrices: so many values, from so many rounds on a subspace that is larger by `spare`. */
const [few, spare, rounds] = [16, 8, 6];

export function singularValues({ rows, columns, values }: Grid, random: Random): SingularValues {
  const matrix = Matrix.from1DArray(rows, columns, values);
  if (Math.max(rows, columns) <= largestWhole) return { values: valuesOf(matrix), all: true };
  return largestValues(matrix, random);
}

const valuesOf = (matrix: Matrix): number[] =>
  new SingularValueDecomposition(matrix, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  }).diagonal;

/** Power iteration on a subspace, orthonormal in every round (Halko, Martinsson, Tropp, arXiv 0909.4061, algorithm 4.4). */
function largestValues(matrix: Matrix, random: Random): SingularValues {
  const width = Math.min(few + spare, matrix.rows, matrix.columns);
  const transposed = matrix.transpose();
  let basis = Matrix.from1DArray(
    matrix.columns,
    width,
    Array.from({ length: matrix.columns * width }, () => random.normal()),
  );
  for (let round = 0; round < rounds; round++) {
    const left = orthonormal(matrix.mmul(basis));
    basis = orthonormal(transposed.mmul(left));
  }
  const values = valuesOf(matrix.mmul(basis));
  return { values: values.slice(0, few), all: width === Math.min(matrix.rows, matrix.columns) && width <= few };
}

const orthonormal = (matrix: Matrix): Matrix => new QrDecomposition(matrix).orthogonalMatrix;
