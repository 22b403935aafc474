/** Loaded files as the worker describes them, for tests. */
import type { ImagesInfo, SourceInfo } from '../../worker/protocol.ts';

export const vitInfo = (file: string, changes: Partial<SourceInfo> = {}): SourceInfo => ({
  id: file,
  file,
  bytes: 561_320,
  architecture: 'vit',
  container: 'safetensors',
  scheme: 'timm',
  elementType: 'F32',
  parameters: 138_000,
  classes: 10,
  width: 64,
  depth: 4,
  hidden: [128],
  input: [28, 28, 1],
  patch: 7,
  heads: { value: 4, origin: 'guess' },
  epsilon: { value: 1e-6, origin: 'scheme' },
  activation: { value: 'gelu', origin: 'scheme' },
  mean: { value: [0], origin: 'guess' },
  std: { value: [1], origin: 'guess' },
  labels: null,
  resize: null,
  prefix: '',
  ignored: [],
  assumed: [],
  ...changes,
});

export const mlpInfo = (file: string, changes: Partial<SourceInfo> = {}): SourceInfo => ({
  ...vitInfo(file),
  architecture: 'mlp',
  container: 'PyTorch zip',
  scheme: 'nn.Sequential',
  classes: 5,
  depth: 2,
  hidden: [128, 128],
  input: [784],
  patch: null,
  heads: null,
  epsilon: null,
  activation: { value: 'relu', origin: 'guess' },
  ...changes,
});

export const imagesInfo = (file: string, labels = 10, changes: Partial<ImagesInfo> = {}): ImagesInfo => ({
  id: file,
  file,
  bytes: 498_740,
  shape: [28, 28, 1],
  train: labels * 100,
  test: labels * 50,
  split: 'x_train and x_test of the file',
  labels: Array.from({ length: labels }, (_, label) => ({ label, train: 100, test: 50 })),
  ...changes,
});
