/** That unit tests have a WebGPU that computes: everything that is tested on it stands on this. */
import { expect, it } from 'vitest';

const shader = /* wgsl */ `
  @group(0) @binding(0) var<storage, read_write> values: array<f32>;
  @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x < arrayLength(&values)) { values[id.x] = 3 * values[id.x] + 1; }
  }`;

it('finds an adapter, and its device computes', async () => {
  const adapter = await navigator.gpu.requestAdapter();
  expect(adapter, 'no adapter: on Linux, install Chromium or a Vulkan driver').not.toBeNull();
  const device = await adapter!.requestDevice();
  const values = Float32Array.from({ length: 1000 }, (_, index) => index / 8);

  const results = await compute(device, values);

  expect(results).toEqual(values.map((value) => 3 * value + 1));
  device.destroy();
});

it('reports a shader that does not compile', async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();

  const error = await new Promise<GPUError>((resolve) => {
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      resolve(event.error);
    });
    device.createShaderModule({ code: 'no shader' });
  });

  expect(error.message).toMatch(/shader|expected/i);
  device.destroy();
});

/** Runs the shader over a copy of `values`. */
async function compute(device: GPUDevice, values: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const size = values.byteLength;
  const buffer = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  const result = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  device.queue.writeBuffer(buffer, 0, values);
  const module = device.createShaderModule({ code: shader });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const bindings = { layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] };

  const commands = device.createCommandEncoder();
  const pass = commands.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup(bindings));
  pass.dispatchWorkgroups(Math.ceil(values.length / 64));
  pass.end();
  commands.copyBufferToBuffer(buffer, 0, result, 0, size);
  device.queue.submit([commands.finish()]);

  await result.mapAsync(GPUMapMode.READ);
  return new Float32Array(result.getMappedRange().slice(0));
}
