/** Code that loads exported files elsewhere. */
import type { Architecture } from '../../engine/architectures/model.ts';
import type { ExportContainer } from '../../worker/protocol.ts';
import { modelCode } from './snippet-models.ts';

export interface SnippetTask {
  name: string;
  classes: number;
}

/** What was written, or would be. */
export interface WrittenModel {
  container: ExportContainer;
  /** Null: not known, or the container has no names. */
  scheme: string | null;
  /** Names of the files, the model's first; empty before anything is written. */
  files: readonly string[];
}

export interface CodeSnippet {
  title: string;
  code: string;
}

/** The merged network's head has every task's classes, in order. */
export function loadSnippet(merged: Architecture, tasks: readonly SnippetTask[], written: WrittenModel): CodeSnippet {
  const { container, scheme, files } = written;
  if (container === 'tfjs') return { title: 'Load it in JavaScript', code: tfjsCode(tasks, files) };
  if (container === 'onnx') return { title: 'Run it in Python', code: onnxCode(merged, tasks, files) };
  const { imports, load } = weightsCode(container, files);
  const model = modelCode(merged, scheme);
  const lines = [
    ...[...model.imports, ...imports].sort(standardFirst),
    '',
    ...model.lines,
    ...load,
    'model.load_state_dict(weights)',
    'model.eval()',
    '',
    ...classRanges(tasks, '#'),
  ];
  return { title: 'Load it in Python', code: lines.join('\n') };
}

type NamedContainer = Exclude<ExportContainer, 'tfjs' | 'onnx'>;

/** Lines that leave a state dict in `weights`. */
function weightsCode(container: NamedContainer, files: readonly string[]): { imports: string[]; load: string[] } {
  if (container === 'pytorch') {
    const file = pythonText(files[0] ?? 'merged.pt');
    return { imports: ['import torch'], load: [`weights = torch.load(${file}, weights_only=True)`] };
  }
  if (container === 'npz') {
    const file = pythonText(files[0] ?? 'merged.npz');
    return {
      imports: ['import numpy as np', 'import torch'],
      load: [`weights = {name: torch.from_numpy(array) for name, array in np.load(${file}).items()}`],
    };
  }
  const shards = files.filter((file) => file.endsWith('.safetensors'));
  const imports = ['from safetensors.torch import load_file'];
  const [first = 'merged.safetensors'] = shards;
  if (shards.length < 2) return { imports, load: [`weights = load_file(${pythonText(first)})`] };
  const pattern = pythonText(first.replace(/-00001-of-/, '-*-of-'));
  return {
    imports: ['from glob import glob', ...imports],
    load: ['weights = {}', `for shard in sorted(glob(${pattern})):`, '    weights |= load_file(shard)'],
  };
}

function onnxCode(merged: Architecture, tasks: readonly SnippetTask[], files: readonly string[]): string {
  const [input, shape] =
    merged.kind === 'vit'
      ? ['pixels', [8, merged.channels, merged.image, merged.image]]
      : ['inputs', [8, merged.inputs]];
  return [
    'import numpy as np',
    'import onnxruntime',
    '',
    `session = onnxruntime.InferenceSession(${pythonText(files[0] ?? 'merged.onnx')})`,
    `${input} = np.zeros((${shape.join(', ')}), np.float32)  # images, values from 0 to 1`,
    `logits, features = session.run(['logits', 'features'], {'${input}': ${input}})`,
    '',
    ...classRanges(tasks, '#'),
  ].join('\n');
}

function tfjsCode(tasks: readonly SnippetTask[], files: readonly string[]): string {
  const file = JSON.stringify(files.find((name) => name.endsWith('.json')) ?? 'merged.json');
  return [
    "import * as tf from '@tensorflow/tfjs';",
    '',
    `const model = await tf.loadLayersModel(${file});`,
    'const logits = model.predict(images); // [batch, inputs], values from 0 to 1',
    '',
    ...classRanges(tasks, '//'),
  ].join('\n');
}

/** JSON's texts are Python's too. */
const pythonText = (text: string): string => JSON.stringify(text);

/** Python's own modules come before others, as isort has them. */
const standardFirst = (a: string, b: string): number =>
  Number(isStandard(b)) - Number(isStandard(a)) ||
  Number(a.startsWith('from')) - Number(b.startsWith('from')) ||
  a.localeCompare(b);
const isStandard = (line: string): boolean => /^from (functools|glob) /.test(line);

function classRanges(tasks: readonly SnippetTask[], comment: string): string[] {
  let first = 0;
  return tasks.map(({ name, classes }) => {
    const line = `${comment} outputs ${first} to ${first + classes - 1}: ${name.replace(/\s+/g, ' ')}`;
    first += classes;
    return line;
  });
}
