/** M and U as the page is told of them. */
import type { MatrixSpec } from '../engine/architectures/fold-plan.ts';
import type { MatrixReader } from '../engine/inspection/matrices.ts';
import { bounds, denseShape } from '../engine/supernet/matrix-kind.ts';
import type { MatrixInfo, MatrixValues } from './protocol-matrices.ts';
import { transferring } from './transfer.ts';

export const describeMatrices = (reader: MatrixReader): Promise<MatrixInfo[]> => describe(reader, reader.specs);

/** Throws `RangeError` where there is no such matrix. */
export async function readMatrix(reader: MatrixReader, name: string): Promise<MatrixValues> {
  const spec = reader.specs.find((candidate) => candidate.name === name);
  if (!spec) throw new RangeError(`no matrix ${name}`);
  const step = reader.step();
  // Asked for together: both are of one step.
  const [dense, [info]] = await Promise.all([reader.dense(name), describe(reader, [spec])]);
  const values = copyToHandOn(dense);
  const { buffer } = values;
  const moved = buffer instanceof ArrayBuffer ? [buffer] : [];
  return transferring({ ...info!, bounds: bounds(spec), values, step }, moved);
}

/**
 * A backend may hand out memory of its own, which must not leave the worker. In shared memory the page, and the workers that it asks
 * for a picture and for facts, look at this one copy.
 */
function copyToHandOn(values: Float32Array): Float32Array {
  if (!('SharedArrayBuffer' in globalThis)) return values.slice();
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

async function describe(reader: MatrixReader, specs: readonly MatrixSpec[]): Promise<MatrixInfo[]> {
  const names = specs.map((spec) => spec.name);
  const sizes = await reader.sizes(names);
  return specs.map((spec, index) => {
    const { name, label, group, role, heads } = spec;
    const [rows, columns] = denseShape(spec);
    const owners = reader.owners(spec);
    const { shares, largest } = sizes[index] ?? { shares: [], largest: 0 };
    return { name, label, group, role, rows, columns, heads, shares, largest, owners };
  });
}
