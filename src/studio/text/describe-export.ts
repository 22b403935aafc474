/** Formats and float types of exports in words. */
import type { ExportContainer, ExportFloat } from '../../worker/protocol.ts';

export const containerNames: Record<ExportContainer, string> = {
  safetensors: 'safetensors',
  pytorch: 'PyTorch (.pt)',
  npz: 'NumPy (.npz)',
  tfjs: 'TensorFlow.js',
  onnx: 'ONNX',
};

export const containerLines: Record<ExportContainer, string> = {
  safetensors: 'Tensors by name, safe to open anywhere; keeps the recipe.',
  pytorch: 'A state dict as torch.save writes it; torch.load reads it with weights_only.',
  npz: 'Arrays by name, for NumPy and JAX.',
  tfjs: 'A layers model for the browser: the network with its weights.',
  onnx: 'The whole network, for ONNX Runtime and others; it needs no code of the model.',
};

export const floatLines: Record<ExportFloat, string> = {
  F32: '32 bits: exactly the merged weights.',
  F16: '16 bits: half the size, three digits.',
  BF16: '16 bits: half the size, two digits, the range of 32 bits.',
};
