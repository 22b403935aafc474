/** Test support: the compiled kernels on a memory of their own, with tensors that end where the memory ends. */
import { setFlagsFromString } from 'node:v8';
import type { Build } from './build.ts';
import { bestBuild, moduleOf } from './build.ts';
import type { Assembly } from './exports.ts';

export const builds: readonly Build[] = ['simd', 'relaxed'];

/** Node 20 has relaxed SIMD behind a flag. */
export function allowRelaxed(): void {
  if (bestBuild() !== 'relaxed') setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (bestBuild() !== 'relaxed') throw new Error('this Node has no relaxed SIMD');
}

/** A call of one kernel: tensors that it reads, tensors that it writes (with the numbers they have before), and bytes of scratch. */
export interface Call {
  inputs: Float32Array[];
  outputs: Float32Array[];
  scratch: number;
  run(assembly: Assembly, inputs: number[], outputs: number[], scratch: number): void;
}

const unset = 0x7f;
const gap = 64;

/** Runs kernels of one build. */
export class Bench {
  readonly assembly: Assembly;
  private readonly memory = new WebAssembly.Memory({ initial: 24 });
  private readonly bytes = Buffer.from(this.memory.buffer);

  private constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.memory } });
    this.assembly = exports as unknown as Assembly;
  }

  static async of(build: Build): Promise<Bench> {
    return new Bench(await moduleOf(build));
  }

  /**
   * The outputs of a call for which one tensor, or the scratch, ends where the memory ends: inputs come first, then outputs,
   * then the scratch. Throws when anything but outputs and scratch has changed.
   */
  run(call: Call, last: number): Float32Array[] {
    const sizes = [...call.inputs, ...call.outputs].map(({ byteLength }) => byteLength);
    const places = this.places([...sizes, call.scratch], last);
    this.bytes.fill(unset);
    for (const [index, values] of [...call.inputs, ...call.outputs].entries()) {
      this.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), places[index]);
    }
    const before = Buffer.from(this.bytes);
    const inputs = places.slice(0, call.inputs.length);
    const outputs = places.slice(call.inputs.length, -1);
    call.run(this.assembly, inputs, outputs, places.at(-1) ?? 0);
    const results = outputs.map((place, index) => this.read(place, call.outputs[index]?.byteLength ?? 0));
    for (const [index, place] of places.entries()) {
      const written = index >= call.inputs.length;
      if (written) before.copy(this.bytes, place, place, place + (sizes[index] ?? call.scratch));
    }
    if (!this.bytes.equals(before)) throw new Error('a kernel wrote where it must not');
    return results;
  }

  /** Odd multiples of 4 from the front, so that nothing is aligned by luck; `last` against the end. */
  private places(sizes: number[], last: number): number[] {
    let next = gap + 4;
    return sizes.map((size, index) => {
      if (index === last) return this.bytes.length - size;
      const place = next;
      next += size + gap + 4;
      if (next > this.bytes.length - (sizes[last] ?? 0)) throw new Error('the tensors do not fit');
      return place;
    });
  }

  private read(place: number, bytes: number): Float32Array {
    return new Float32Array(this.memory.buffer.slice(place, place + bytes));
  }
}
