/** GELU with its derivative, and AdamW in place. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type * as tf from '@tensorflow/tfjs-core';
import type { Gelu } from '../../ops/activation.ts';
import type { AdamWStep } from '../../ops/adamw.ts';
import { elementOf, once, storedAs } from './fours.ts';
import type { Source } from './program.ts';
import { emptyTensor, groupsOf, run } from './program.ts';
import type { KernelCall } from './stock.ts';

const workgroup = 64;
const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** `value` and `derivative` of `v`, of type T. Exponents are bounded: past that WGSL leaves open what comes out. */
const forms: Record<Gelu, string> = {
  // The error function by Abramowitz and Stegun 7.1.26, to 1.5e-7, as tfjs computes it.
  gelu: `
    let gauss = exp(-0.5 * min(v * v, T(160)));
    let t = 1 / (1 + 0.3275911 * ${Math.SQRT1_2} * abs(v));
    let tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * gauss;
    let area = 0.5 * (1 + sign(v) * (1 - tail));
    let value = v * area;
    let derivative = area + v * gauss * ${1 / Math.sqrt(2 * Math.PI)};`,
  'gelu-tanh': `
    let square = v * v;
    let t = tanh(clamp(${Math.sqrt(2 / Math.PI)} * v * (1 + 0.044715 * square), T(-10), T(10)));
    let area = 0.5 * (1 + t);
    let value = v * area;
    let derivative = area + 0.5 * v * (1 - t * t) * ${Math.sqrt(2 / Math.PI)} * (1 + ${3 * 0.044715} * square);`,
  'quick-gelu': `
    let area = 1 / (1 + exp(-clamp(1.702 * v, T(-80), T(80))));
    let value = v * area;
    let derivative = area * (1 + 1.702 * v * (1 - area));`,
};

const geluSource = once(
  (element, form: Gelu): Source => ({
    name: `${form.replace('-', '_')}_${element.type}`,
    reads: ['x'],
    writes: ['values', 'derivatives'],
    sizes: ['count'],
    elements: storedAs(element, 'x', 'values', 'derivatives'),
    workgroup,
    declarations: `alias T = ${element.type};`,
    body: `
      if (index >= sizes.count) { return; }
      let v = x[index];
      ${forms[form]}
      values[index] = value;
      derivatives[index] = derivative;`,
  }),
);

/** Kernel `Gelu`: the value, and the derivative. */
export function gelu({ inputs, attrs, backend: own }: KernelCall): tf.TensorInfo[] {
  const backend = own as WebGPUBackend;
  const x = inputs.x as tf.TensorInfo;
  const element = elementOf(sizeOf(x.shape));
  const count = sizeOf(x.shape) / element.size;
  const writes = [emptyTensor(backend, x.shape), emptyTensor(backend, x.shape)];
  const source = geluSource(element, (attrs as { form: Gelu }).form);
  if (count > 0) run(backend, source, { reads: [x], writes, sizes: { count }, groups: groupsOf(count, workgroup) });
  return writes;
}

const adamWSource = once(
  (element): Source => ({
    name: `adamw_${element.type}`,
    reads: ['gradient'],
    writes: ['value', 'mean', 'variance'],
    sizes: ['count'],
    factors: ['beta1', 'rest1', 'beta2', 'rest2', 'epsilon', 'keep', 'rate', 'deviation'],
    elements: storedAs(element, 'gradient', 'value', 'mean', 'variance'),
    workgroup,
    body: `
      if (index >= sizes.count) { return; }
      let g = gradient[index];
      let m = sizes.beta1 * mean[index] + sizes.rest1 * g;
      let v = sizes.beta2 * variance[index] + sizes.rest2 * g * g;
      mean[index] = m;
      variance[index] = v;
      value[index] = sizes.keep * value[index] - sizes.rate * m / (sqrt(v) * sizes.deviation + sizes.epsilon);`,
  }),
);

/** Kernel `AdamW`, in place: gives its three tensors back, which then hold their data once more each. */
export function adamW({ inputs, attrs, backend: own }: KernelCall): tf.TensorInfo[] {
  const backend = own as WebGPUBackend;
  const { value, mean, variance, gradient } = inputs as unknown as Record<
    'value' | 'mean' | 'variance' | 'gradient',
    tf.TensorInfo
  >;
  const { beta1, beta2, ...step } = attrs as AdamWStep;
  const element = elementOf(sizeOf(value.shape));
  const count = sizeOf(value.shape) / element.size;
  const writes = [value, mean, variance];
  run(backend, adamWSource(element, ''), {
    reads: [gradient],
    writes,
    sizes: { count, beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, ...step },
    groups: groupsOf(count, workgroup),
  });
  return writes.map(({ dataId, shape, dtype }) => {
    backend.incRef(dataId);
    return { dataId, shape, dtype };
  });
}
