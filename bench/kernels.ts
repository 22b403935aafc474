/**
 * GFLOP/s of the matrix products of a step: ours, or on WebGPU each variant, against those that tfjs has.
 *
 *     npm run bench:kernels                       both shapes on wasm, tiny on WebGPU
 *     npm run bench:kernels -- ti webgpu          what is named
 *     npm run bench:kernels -- --rounds=9         more turns
 *
 * With `--write` each table takes the place of its last one in docs/performance.md.
 */
import { table } from './fidelity/experiment.ts';
import { page, report } from './keep.ts';
import type { ProductShape } from './kernels/products.ts';
import { operations, products } from './kernels/products.ts';
import type { ChromiumWorker } from './support/chromium.ts';
import { chromiumWorker } from './support/chromium.ts';
import type { Pace } from './support/timing.ts';
import { byTurns, median, ratio } from './support/timing.ts';
import { chosen, command, option, refuseOthers } from './support/words.ts';

const backends = ['wasm', 'webgpu'] as const;
type Backend = (typeof backends)[number];
type Network = keyof typeof products;
const networks = Object.keys(products) as Network[];

export async function main(words: readonly string[]): Promise<void> {
  refuseOthers(words, [...backends, ...networks], ['rounds']);
  const pace = { rounds: option(words, 'rounds', 5), slice: 30 };
  for (const backend of chosen(words, backends)) {
    const worker = await chromiumWorker('kernels');
    try {
      await measure(worker, backend, words, pace);
    } finally {
      await worker.close();
    }
  }
}

async function measure(worker: ChromiumWorker, backend: Backend, words: readonly string[], pace: Pace): Promise<void> {
  const { label, names } = await worker.call<{ label: string; names: string[] }>('start', backend);
  const where = `${label} in a worker of ${worker.version}`;
  // An emulated GPU takes minutes for more.
  for (const network of chosen(words, networks, backend === 'wasm' ? networks : ['tiny'])) {
    const started = Date.now();
    process.stderr.write(`${network} on ${where}\n`);
    const rows: string[][] = [];
    for (const shape of products[network]) rows.push(await row(worker, names, shape, pace));
    const head = ['product', 'm × k × n', ...names, backend === 'wasm' ? 'ours ÷ stock' : 'best ÷ stock'];
    const text = [`**${network}**, GFLOP/s of the median time.`, table(head, rows)].join('\n\n');
    const measured = { id: `kernels-${network}-${backend}`, command: command('kernels', words), where, started };
    await report(page, words, measured, text);
  }
}

async function row(worker: ChromiumWorker, names: string[], shape: ProductShape, pace: Pace): Promise<string[]> {
  const variants = names.map((name) => ({
    run: (count: number) => worker.call<number[]>('time', name, shape, count),
  }));
  const rates = (await byTurns(variants, pace)).map((times) => operations(shape) / median(times) / 1e6);
  const stock = rates[names.indexOf('stock')] ?? Number.NaN;
  const best = Math.max(...rates.filter((_, index) => names[index] !== 'stock'));
  const { batch, m, k, n } = shape;
  const size = `${batch > 1 ? `${batch} × ` : ''}${m} × ${k} × ${n}`;
  return [shape.what, size, ...rates.map((rate) => rate.toPrecision(3)), ratio(best, stock)];
}
