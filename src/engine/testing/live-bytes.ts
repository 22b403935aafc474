/**
 * Test support: the bytes that a tfjs backend really holds. `tf.memory().numBytes` counts a buffer once for every tensor that
 * shares it; this counts what is written and what goes.
 */
import * as tf from '@tensorflow/tfjs-core';

type Write = (values: unknown, shape: number[], dtype: string) => object;
type Dispose = (id: object, force?: boolean) => boolean;

/** Runs `work`; answers the most bytes that it held at once, on top of what was there before. */
export async function peakBytes(work: () => Promise<unknown>): Promise<number> {
  const backend = tf.backend() as unknown as { write: Write; disposeData: Dispose };
  const { write, disposeData } = backend;
  const sizes = new WeakMap<object, number>();
  let live = 0;
  let peak = 0;
  backend.write = (values, shape, dtype) => {
    const id = write.call(backend, values, shape, dtype);
    const bytes = 4 * shape.reduce((product, axis) => product * axis, 1);
    sizes.set(id, bytes);
    live += bytes;
    peak = Math.max(peak, live);
    return id;
  };
  backend.disposeData = (id, force) => {
    const gone = disposeData.call(backend, id, force);
    if (gone) live -= sizes.get(id) ?? 0;
    return gone;
  };
  try {
    await work();
    return peak;
  } finally {
    backend.write = write;
    backend.disposeData = disposeData;
  }
}
