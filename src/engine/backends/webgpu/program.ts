/**
 * WGSL programs on tfjs' WebGPU backend, recorded on its own command encoder. tfjs' `runWebGPUProgram` gives one output, never
 * writes in place and computes a shader key, strides and a uniform buffer for every call; a program here has as many outputs as
 * it likes, is compiled once for a device, and finds its uniforms ready when it was called with the same sizes before.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

/** Source of a program. Two programs with the same name are the same program. */
export interface Source {
  name: string;
  /** Storage that is read: its name, and its element where that is not f32. */
  reads: readonly string[];
  /** Storage that is written, or read and written. */
  writes: readonly string[];
  /** Names of integers in `sizes`, u32. */
  sizes: readonly string[];
  /** Names of numbers in `sizes`, f32. */
  factors?: readonly string[];
  /** Element of the storage that is named here; f32 for the rest. */
  elements?: Readonly<Record<string, string>>;
  /** Invocations of a workgroup. */
  workgroup: number;
  /** `enable …;` for each. */
  features?: readonly ('f16' | 'subgroups')[];
  /** Functions and workgroup memory. */
  declarations?: string;
  /** Body of the entry: sees `index` (over all workgroups), `group`, `local`; with subgroups also `lane` and `lanes`. */
  body: string;
}

export interface Call {
  reads: readonly tf.TensorInfo[];
  writes: readonly tf.TensorInfo[];
  /** Values of the source's `sizes` and `factors`. */
  sizes: Readonly<Record<string, number>>;
  /** Workgroups: a number is spread over two dimensions where one is too short. */
  groups: number | readonly [number, number, number];
}

/** What of tfjs' backend is private in its types: how it records commands. */
interface Recorder {
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
}

interface Compiled {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
}

interface DeviceCache {
  programs: Map<string, Compiled>;
  uniforms: Map<string, GPUBuffer>;
}

/** Uniform buffers that are kept, the latest used. A training step has far fewer different ones. */
const keptUniforms = 1024;

const caches = new WeakMap<GPUDevice, DeviceCache>();

function cacheOf(device: GPUDevice): DeviceCache {
  const found = caches.get(device);
  if (found) return found;
  const made: DeviceCache = { programs: new Map(), uniforms: new Map() };
  caches.set(device, made);
  return made;
}

/** Records a program; it runs when the backend next submits its commands, at the latest when somebody reads a tensor. */
export function run(backend: WebGPUBackend, source: Source, { reads, writes, sizes, groups }: Call): void {
  const cache = cacheOf(backend.device);
  const { pipeline, layout } = compiled(backend.device, cache, source);
  const buffers = [...reads.map((tensor) => bufferOf(backend, tensor)), ...writes.map((it) => written(backend, it))];
  const entries: GPUBindGroupEntry[] = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const uniforms = uniformsOf(backend.device, cache, source, sizes);
  entries.push({ binding: buffers.length, resource: { buffer: uniforms } });

  const recorder = backend as unknown as Recorder;
  backend.ensureCommandEncoderReady();
  recorder.computePassEncoder ??= recorder.commandEncoder?.beginComputePass() ?? null;
  const pass = recorder.computePassEncoder as GPUComputePassEncoder;
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, backend.device.createBindGroup({ layout, entries }));
  pass.dispatchWorkgroups(...(typeof groups === 'number' ? spread(groups) : groups));
  own(recorder, [...reads, ...writes]);
  submitInTime(backend, recorder);
}

/** Records a copy of `count` numbers, without a program: from the start of one tensor to a place in another. */
export function copy(
  backend: WebGPUBackend,
  { from, at }: { from: tf.TensorInfo; at: number },
  { to, place }: { to: tf.TensorInfo; place: number },
  count: number,
): void {
  const [source, target] = [bufferOf(backend, from), written(backend, to)];
  const recorder = backend as unknown as Recorder;
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  recorder.commandEncoder?.copyBufferToBuffer(source, 4 * at, target, 4 * place, 4 * count);
  own(recorder, [from, to]);
  submitInTime(backend, recorder);
}

/** A tensor for a program to write, with its buffer. */
export const emptyTensor = (backend: WebGPUBackend, shape: readonly number[]): tf.TensorInfo =>
  backend.makeTensorInfo([...shape], 'float32');

/** Gives a temporary tensor back; its buffer lives until the commands that use it have been submitted. */
export const release = (backend: WebGPUBackend, tensor: tf.TensorInfo): boolean => backend.disposeData(tensor.dataId);

/** Workgroups of `size` invocations for `count` of them. */
export const groupsOf = (count: number, size: number): number => Math.ceil(count / size);

const mostGroups = 65_535;

function spread(groups: number): [number, number, number] {
  const across = Math.min(groups, mostGroups);
  return [across, Math.ceil(groups / across), 1];
}

function bufferOf(backend: WebGPUBackend, { dataId }: tf.TensorInfo): GPUBuffer {
  backend.uploadToGPU(dataId);
  return backend.tensorMap.get(dataId).resource as GPUBuffer;
}

/** A tensor that was read keeps its numbers on the host; when the GPU writes it they are old. */
function written(backend: WebGPUBackend, tensor: tf.TensorInfo): GPUBuffer {
  const buffer = bufferOf(backend, tensor);
  Object.assign(backend.tensorMap.get(tensor.dataId), { values: null });
  return buffer;
}

/** Keeps the buffers of disposed tensors until the commands are submitted. */
function own(recorder: Recorder, tensors: readonly tf.TensorInfo[]): void {
  for (const { dataId } of tensors) recorder.commandQueueOwnedIds.add(dataId);
}

/** As the backend does after its own programs. */
function submitInTime(backend: WebGPUBackend, recorder: Recorder): void {
  recorder.dispatchCountInPass++;
  if (recorder.dispatchCountInPass < tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

function uniformsOf(device: GPUDevice, { uniforms }: DeviceCache, source: Source, sizes: Call['sizes']): GPUBuffer {
  const { factors = [] } = source;
  const integers = source.sizes.map((name) => sizes[name] ?? 0);
  const numbers = factors.map((name) => sizes[name] ?? 0);
  const key = `${integers.join()};${numbers.join()}`;
  const buffer = uniforms.get(key) ?? uniformBuffer(device, integers, numbers);
  uniforms.delete(key);
  uniforms.set(key, buffer); // the latest used comes last
  if (uniforms.size > keptUniforms) {
    const [oldest] = uniforms.keys();
    // Not destroyed: commands that are not submitted yet may need it.
    if (oldest !== undefined) uniforms.delete(oldest);
  }
  return buffer;
}

function uniformBuffer(device: GPUDevice, integers: number[], numbers: number[]): GPUBuffer {
  const size = 16 * Math.ceil(Math.max(1, integers.length + numbers.length) / 4);
  const buffer = device.createBuffer({ size, usage: GPUBufferUsage.UNIFORM, mappedAtCreation: true });
  const memory = buffer.getMappedRange();
  new Uint32Array(memory).set(integers);
  new Float32Array(memory, 4 * integers.length).set(numbers);
  buffer.unmap();
  return buffer;
}

function compiled(device: GPUDevice, { programs }: DeviceCache, source: Source): Compiled {
  const found = programs.get(source.name);
  if (found) return found;
  const module = device.createShaderModule({ code: wgsl(source), label: source.name });
  const layout = device.createBindGroupLayout({ entries: bindings(source) });
  const pipeline = device.createComputePipeline({
    label: source.name,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main' },
  });
  const made = { pipeline, layout };
  programs.set(source.name, made);
  return made;
}

function bindings({ reads, writes }: Source): GPUBindGroupLayoutEntry[] {
  const types: GPUBufferBindingType[] = [
    ...reads.map(() => 'read-only-storage' as const),
    ...writes.map(() => 'storage' as const),
    'uniform',
  ];
  return types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } }));
}

/** The whole text of a program. */
export function wgsl(source: Source): string {
  const { reads, writes, sizes, factors = [], features = [], elements = {}, workgroup, declarations = '' } = source;
  const storage = (names: readonly string[], access: string, first: number) =>
    names.map(
      (name, index) =>
        `@group(0) @binding(${first + index}) var<storage, ${access}> ${name} : array<${elements[name] ?? 'f32'}>;`,
    );
  const fields = [...sizes.map((name) => `${name} : u32`), ...factors.map((name) => `${name} : f32`)];
  const lanes = features.includes('subgroups')
    ? ', @builtin(subgroup_invocation_id) lane : u32, @builtin(subgroup_size) lanes : u32'
    : '';
  return [
    ...features.map((feature) => `enable ${feature};`),
    // Loops that are the same for every lane cannot be seen to be where they count to `lanes`.
    ...(features.includes('subgroups') ? ['diagnostic(off, subgroup_uniformity);'] : []),
    ...storage(reads, 'read', 0),
    ...storage(writes, 'read_write', reads.length),
    `struct Sizes { ${fields.length > 0 ? fields.join(', ') : 'unused : u32'} }`,
    `@group(0) @binding(${reads.length + writes.length}) var<uniform> sizes : Sizes;`,
    declarations,
    `@compute @workgroup_size(${workgroup}) fn main(
      @builtin(workgroup_id) group : vec3u, @builtin(num_workgroups) groups : vec3u,
      @builtin(local_invocation_index) local : u32${lanes}) {
      let index = (group.y * groups.x + group.x) * ${workgroup}u + local;
      ${source.body}
    }`,
  ].join('\n');
}
