/** Our kernels on the heap of tfjs' wasm backend: one instance for each backend, which works on tensors where they lie. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';
import { assemblyModule } from './build.ts';
import type { Assembly } from './exports.ts';

/** One of our kernels. */
export type Kernel = (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[];

export interface KernelCall {
  inputs: tf.NamedTensorInfoMap;
  attributes: unknown;
  backend: BackendWasm;
  heap: Heap;
  /** Runs the kernel that tfjs has instead. */
  stock(): tf.TensorInfo | tf.TensorInfo[];
}

/** What tfjs' compiled program has and its types do not name. */
interface Program {
  asm: { memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

export class Heap {
  readonly assembly: Assembly;
  private readonly program: Program;
  private scratchAddress = 0;
  private scratchBytes = 0;

  constructor(private readonly backend: BackendWasm) {
    this.program = backend.wasm as unknown as Program;
    const { exports } = new WebAssembly.Instance(assemblyModule(), { env: { memory: this.program.asm.memory } });
    this.assembly = exports as unknown as Assembly;
  }

  /** Where a tensor's first number lies, in bytes. */
  address({ dataId }: tf.TensorInfo): number {
    return this.backend.dataIdMap.get(dataId).memoryOffset;
  }

  /** A new tensor, its numbers not set. */
  output(shape: number[]): tf.TensorInfo {
    const tensor = this.backend.makeOutput(shape, 'float32');
    if (this.address(tensor) === 0) throw outOfMemory();
    return tensor;
  }

  /** The same numbers once more as a result. */
  again({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
    this.backend.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** The same numbers as a result that may be written into: a copy where another tensor shares them. */
  own(tensor: tf.TensorInfo): tf.TensorInfo {
    if (this.backend.refCount(tensor.dataId) <= 1) return this.again(tensor);
    const copy = this.output([...tensor.shape]);
    const bytes = 4 * tensor.shape.reduce((product, size) => product * size, 1);
    this.assembly.copyRuns(this.address(tensor), 0, this.address(copy), 0, 1, bytes);
    return copy;
  }

  /** Room of at least `bytes`, which the next call gives away again. */
  scratch(bytes: number): number {
    if (bytes > this.scratchBytes) {
      this.program._free(this.scratchAddress);
      this.scratchBytes = 0;
      this.scratchAddress = this.program._malloc(bytes) >>> 0;
      if (this.scratchAddress === 0) throw outOfMemory();
      this.scratchBytes = bytes;
    }
    return this.scratchAddress;
  }
}

const heaps = new WeakMap<BackendWasm, { heap: Heap; module: WebAssembly.Module }>();

/** The heap of a backend, with the build that is chosen. */
export function heapOf(backend: BackendWasm): Heap {
  const known = heaps.get(backend);
  if (known?.module === assemblyModule()) return known.heap;
  const heap = new Heap(backend);
  heaps.set(backend, { heap, module: assemblyModule() });
  return heap;
}

const outOfMemory = () => new Error('WebAssembly is out of memory');
