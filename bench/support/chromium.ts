/** Runs a benchmark's worker in headless Chromium, cross-origin isolated as the studio's own page is. */
import { mkdir, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { browserPath } from '../../scripts/browser.mjs';
import type { Answer, Call } from './serve.ts';

const flags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-gpu-rasterization',
  '--disable-gpu-compositing',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

export interface ChromiumWorker {
  /** "Chromium 140" */
  version: string;
  call<T>(name: string, ...inputs: unknown[]): Promise<T>;
  close(): Promise<void>;
}

/** The browser that all benchmarks and measurements of the page run in. */
export const launch = async (more: readonly string[] = []) =>
  chromium.launch({ executablePath: await browserPath(), args: [...flags, ...more] });

/** Bundles `bench/NAME.worker.ts` as the studio is bundled, and starts it in a page of its own. */
export async function chromiumWorker(name: string): Promise<ChromiumWorker> {
  const outDir = `test-results/bench/${name}-page`;
  await bundle(name, outDir);
  const server = await preview({ configFile: 'vite.config.ts', logLevel: 'error', build: { outDir } });
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(server.resolvedUrls?.local[0] ?? '');
  await startWorker(page, `${name}.js`);
  let id = 0;
  return {
    version: `Chromium ${browser.version().split('.')[0]}`,
    async call<T>(method: string, ...inputs: unknown[]) {
      id++;
      const answer = await callWorker(page, { id, name: method, inputs });
      if ('error' in answer) throw new Error(`in Chromium: ${answer.error}`);
      return answer.result as T;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

async function bundle(name: string, outDir: string): Promise<void> {
  await build({
    configFile: 'vite.config.ts',
    publicDir: false,
    logLevel: 'error',
    build: {
      outDir,
      emptyOutDir: true,
      modulePreload: false,
      rolldownOptions: { input: { [name]: `bench/${name}.worker.ts` }, output: { entryFileNames: '[name].js' } },
    },
  });
  await mkdir(outDir, { recursive: true });
  await writeFile(`${outDir}/index.html`, '<!doctype html><meta charset="utf-8"><title>Benchmark</title>');
}

/** The page's part: one worker, kept where the next call finds it. */
interface BenchWindow extends Window {
  worker: Worker;
}

const startWorker = (page: Page, file: string): Promise<void> =>
  page.evaluate(async (url) => {
    if (!crossOriginIsolated) throw new Error('the page is not cross-origin isolated');
    const worker = new Worker(url, { type: 'module' });
    (window as unknown as BenchWindow).worker = worker;
    await new Promise((resolve, reject) => {
      worker.addEventListener('message', resolve, { once: true });
      worker.addEventListener('error', ({ message }) => reject(new Error(message || 'the worker did not start')));
    });
  }, file);

const callWorker = (page: Page, call: Call): Promise<Answer> =>
  page.evaluate((wanted) => {
    const { worker } = window as unknown as BenchWindow;
    return new Promise<Answer>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => resolve(data), { once: true });
      worker.addEventListener('error', ({ message }) => reject(new Error(message)), { once: true });
      worker.postMessage(wanted);
    });
  }, call);
