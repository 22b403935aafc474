/** The command line: the same recipe gives the same weights as on the page, and what goes wrong ends in one line and an exit code. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { demoFile, drop, exportFile, openStudio, readAccuracies, runToEnd, share } from './support/studio.ts';
import { expect, test } from './support/test.ts';

const bin = fileURLToPath(new URL('../cli/bin.mjs', import.meta.url));
const demo = demoFile('recipes/mlp.json');
const folder = (name: string): string => test.info().outputPath(name);

interface Ended {
  code: number | null;
  out: string;
  /** Without the lines that say how far it is. */
  said: string;
}

/** Runs the command line; `interrupt` presses Ctrl-C as soon as that is said. */
function fsMerge(words: readonly string[], { env = {}, interrupt }: { env?: object; interrupt?: RegExp } = {}) {
  return new Promise<Ended>((done) => {
    const child = spawn(process.execPath, [bin, ...words], { env: { ...process.env, ...env } });
    let [out, said] = ['', ''];
    child.stdout.on('data', (text) => {
      out += text;
      if (interrupt?.test(out)) child.kill('SIGINT');
    });
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.on('close', (code) => {
      const lines = said.split('\n').filter((line) => line.trim() !== '' && !/…$|[█░]/.test(line));
      done({ code, out, said: lines.join('\n') });
    });
  });
}

/** The tensors of a file, without its header. */
function weights(path: string): string {
  const file = readFileSync(path);
  return file.subarray(8 + Number(file.readBigUInt64LE(0))).toString('base64');
}

test('the demo merges from the terminal to the accuracies and the bits of the page', async ({ page }) => {
  const [out, report] = [folder('merged.safetensors'), folder('report.html')];
  const { code, out: printed } = await fsMerge(['run', demo, '--out', out, '--report', report]);
  expect(code).toBe(0);
  expect(printed).toMatch(/first training step after \d+\.\d s/);
  expect(readFileSync(report, 'utf8')).toContain('Accuracy and cost');

  const saved = folder('demo.recipe.json');
  writeFileSync(saved, JSON.stringify(JSON.parse(readFileSync(demo, 'utf8')).recipe));
  await openStudio(page);
  await drop(page, 'mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt', 'images/mnist.npz');
  await page.getByTestId('open-input').setInputFiles(saved);
  await runToEnd(page);
  const shown = await readAccuracies(page, 2);
  const shares = [...printed.matchAll(/([\d.]+)\s%/g)].map(([, text = '']) => share(text));
  expect(shares).toEqual([...shown.perTask, shown.joint]);
  expect(weights(out)).toBe(weights(await exportFile(page)));
});

test('Ctrl-C leaves a snapshot, and --resume goes on to the same bits', async () => {
  const words = (out: string) => ['run', demo, '--json', '--set', 'method.epochs=60', '--out', out];
  const [whole, broken] = [folder('whole.safetensors'), folder('broken.safetensors')];
  expect((await fsMerge(words(whole))).code).toBe(0);
  const first = await fsMerge(words(broken), { interrupt: /"step":[1-9]/ });
  expect(first).toMatchObject({ code: 130, said: expect.stringContaining('goes on from') });
  expect(existsSync(broken)).toBe(false);
  const other = await fsMerge([...words(broken), '--resume', '--set', 'seed=2']);
  expect(other).toMatchObject({ code: 1, said: expect.stringContaining('The snapshot is of another recipe.') });
  const second = await fsMerge([...words(broken), '--resume']);
  const result = JSON.parse(second.out.trim().split('\n').at(-1) ?? '');
  expect(result).toMatchObject({ type: 'result', steps: 960, files: [{ name: 'broken.safetensors' }] });
  expect(weights(broken)).toBe(weights(whole));
  expect(existsSync(`${broken}.snapshot`)).toBe(false);
});

test('what is asked wrongly ends in one line and exit code 2, a failed merge in 1', async () => {
  const out = ['--out', folder('x.safetensors')];
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const wrong: [string[], RegExp, object?][] = [
    [['run', demo, ...out, '--bakend', 'wasm'], /^error: unknown option '--bakend'/],
    [['run', 'nothing.json', ...out], /^There is no recipe nothing\.json/],
    [['run', demo, ...out, '--set', 'method.rank=-3'], /^The recipe cannot be run: method\.rank: /],
    [['run', demo, '--out', 'x.doc'], /^x\.doc ends in none of/],
    [['run', demo, ...out, '--files', folder('nowhere')], /^There is no /],
    [['run', demo, ...out, '--port', String(port)], /^Port \d+ cannot be used/],
    [['run', demo, ...out], /^No Chromium could be started/, { CHROMIUM_PATH: '/nowhere' }],
  ];
  for (const [words, line, env] of wrong)
    expect(await fsMerge(words, { env }), words.join(' ')).toMatchObject({
      code: 2,
      said: expect.stringMatching(line),
    });
  taken.close();
  const failed = await fsMerge(['run', demo, ...out, '--set', 'sources.0.images.labels=[1,2,3]']);
  expect(failed).toMatchObject({
    code: 1,
    said: expect.stringContaining('names 3 labels of mnist.npz, but its head has 5'),
  });
});

test('files are described as on the page, converted, and a saved SuperNet folds to the bits of its run', async ({
  page,
}) => {
  const [merged, supernet] = [folder('merged.safetensors'), folder('supernet.safetensors')];
  const [folded, half] = [folder('folded.safetensors'), folder('half.pt')];
  expect((await fsMerge(['run', demo, '--out', merged, '--supernet', supernet])).code).toBe(0);
  const files = ['mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt', 'images/mnist.npz'].map(demoFile);
  expect((await fsMerge(['fold', supernet, folded, ...files.flatMap((file) => ['--files', file])])).code).toBe(0);
  expect(weights(folded)).toBe(weights(merged));

  const vit = demoFile('vit/vit-mnist.safetensors');
  expect(await fsMerge(['convert', vit, half, '--scheme', 'Hugging Face ViT', '--dtype', 'F16'])).toMatchObject({
    code: 0,
  });
  const described = await fsMerge(['describe', vit, half]);
  expect(described.out).toMatch(/PyTorch zip · Hugging Face ViT names · F16/);
  await openStudio(page);
  await drop(page, 'vit/vit-mnist.safetensors');
  for (const text of await page.getByTestId('source-list').locator('.source-text').allTextContents())
    expect(described.out).toContain(text);
  expect(await fsMerge(['convert', demoFile('README.md'), half])).toMatchObject({ code: 1 });
});
