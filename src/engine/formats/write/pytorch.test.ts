import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../tensors/byte-source.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { readCheckpoint } from '../detect.ts';
import { expectSameWeights, fileAt, readAll, roundedTo } from '../testing.ts';
import type { ExportFloat } from './output.ts';
import { wholeFile } from './output.ts';
import { pytorchFile } from './pytorch.ts';

const demo = ['vit/vit-mnist.safetensors', 'mlp/mlp-mnist-5to9.pt'];
const dtypes = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;
const floats = Object.keys(dtypes) as ExportFloat[];
const cases = demo.flatMap((path) => floats.map((type) => [path, type] as const));

const weightsOf = async (path: string) => readAll(await readCheckpoint(fileAt(`public/demo/${path}`)));

const odd = new Map<string, Weight>([
  ['scalar', { shape: [], values: Float32Array.of(2.5) }],
  ['nothing', { shape: [0, 7], values: new Float32Array() }],
  ['blöcke.0', { shape: [1, 3, 1], values: Float32Array.of(9, -8, 7) }],
]);

it.each(cases)('%s in %s comes back as it was, rounded to the type', async (path, type) => {
  const weights = await weightsOf(path);
  const file = pytorchFile('model', [...weights], type);
  const bytes = wholeFile(file);
  expect(bytes.length).toBe(file.bytes);
  const checkpoint = await readCheckpoint({ name: file.name, source: bytesSource(bytes) });
  expect(checkpoint).toMatchObject({ file: 'model.pt', container: 'PyTorch zip' });
  expect([...checkpoint.tensors.keys()]).toEqual([...weights.keys()]);
  for (const { elementType } of checkpoint.tensors.values()) expect(elementType).toBe(type);
  expectSameWeights(await readAll(checkpoint), roundedTo(type, weights));
});

/** A Python that has PyTorch: the one that PYTHON names, else the first on the path or the system's. */
const python = (process.env.PYTHON ? [process.env.PYTHON] : ['python3', '/usr/bin/python3']).find(
  (command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
);
const reason = python ? '' : ' (skipped: no Python with PyTorch; name one in PYTHON, or apt-get install python3-torch)';

describe.skipIf(!python)(`PyTorch itself${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-torch-'));
  const script = fileURLToPath(new URL('../../../../scripts/check-torch.py', import.meta.url));
  const written = new Map<string, { weights: ReadonlyMap<string, Weight>; dtype: string }>();
  /** What check-torch.py prints of each file, line by line. */
  const found = new Map<string, string[][]>();

  function write(name: string, weights: ReadonlyMap<string, Weight>, type: ExportFloat): void {
    const path = join(folder, name);
    writeFileSync(path, wholeFile(pytorchFile(name, [...weights], type)));
    written.set(path, { weights: roundedTo(type, weights), dtype: dtypes[type] });
  }

  beforeAll(async () => {
    for (const [path, type] of cases) write(`${path.replaceAll('/', '-')}.${type}.pt`, await weightsOf(path), type);
    write('odd.pt', odd, 'F32');
    const { status, stdout, stderr } = spawnSync(python ?? '', [script, ...written.keys()], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    for (const block of stdout.split(/^# /m).slice(1)) {
      const [first = '', ...lines] = block.trimEnd().split('\n');
      expect(first).toMatch(/weights only: True$/);
      found.set(
        first.slice(0, first.indexOf(': ')),
        lines.map((line) => line.split('\t')),
      );
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([...cases.map(([path, type]) => `${path.replaceAll('/', '-')}.${type}.pt`), 'odd.pt'])(
    'opens %s, every element in its place',
    (name) => {
      const { weights, dtype } = written.get(join(folder, name))!;
      const lines = found.get(join(folder, name))!;
      const expected = Array.from(weights, ([name, { shape }]) => [name, `[${shape.join(', ')}]`, dtype]);
      expect(lines.map((line) => line.slice(0, 3))).toEqual(expected);
      for (const [name = '', , , sum, byPlace] of lines) expectSums(weights.get(name)!, Number(sum), Number(byPlace));
    },
  );
});

/** The sum of the elements, and of each times its place, which 64-bit numbers added in another order give. */
function expectSums({ values }: Weight, sum: number, byPlace: number): void {
  let [ours, oursByPlace, slack] = [0, 0, 0];
  for (const [index, value] of values.entries()) {
    ours += value;
    oursByPlace += value * (index + 1);
    slack += 1e-12 * Math.abs(value * (index + 1));
  }
  expect(Math.abs(sum - ours)).toBeLessThanOrEqual(slack);
  expect(Math.abs(byPlace - oursByPlace)).toBeLessThanOrEqual(slack);
}
