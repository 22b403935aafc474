/** The reference's numbers in a real browser's worker on its WebGPU adapter. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { assemblyKernels } from '../scripts/assembly-plugin.mjs';
import type { GoldenReply, GoldenRequest } from './golden/golden.worker.ts';
import { appUrl } from './support/app.ts';
import { expect, test } from './support/test.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

let script = '';
test.beforeAll(async () => {
  const bundle = await build({
    root,
    configFile: false,
    plugins: [assemblyKernels()],
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      rollupOptions: { input: `${root}/e2e/golden/golden.worker.ts`, output: { format: 'es', codeSplitting: false } },
    },
  });
  const [output] = Array.isArray(bundle) ? bundle : [bundle];
  if (!output || !('output' in output)) throw new Error('the worker was not built');
  expect(output.output).toHaveLength(1);
  script = output.output[0].code;
});

/** The studio's page is cross-origin isolated, so its workers have to be. */
const isolated = { 'Cross-Origin-Embedder-Policy': 'require-corp' };

const cases: GoldenRequest[] = [
  { name: 'mlp-full-first', steps: 10 },
  { name: 'vit-full-first', steps: 3 },
  { name: 'vit-low-rank-first', steps: 3 },
];

for (const request of cases) {
  test(`${request.name}: ${request.steps} steps on WebGPU in a worker`, async ({ page }) => {
    await page.route('**/golden-worker.js', (route) =>
      route.fulfill({ body: script, contentType: 'text/javascript', headers: isolated }),
    );
    await page.route('**/golden-files/**', (route) => {
      const path = new URL(route.request().url()).pathname.replace('/golden-files/', '');
      return route.fulfill({ body: readFileSync(`${root}/${path}`), contentType: 'application/octet-stream' });
    });
    await page.goto(appUrl());
    const reply = await page.evaluate<GoldenReply, GoldenRequest>(
      (sent) =>
        new Promise((resolve, reject) => {
          const worker = new Worker('/golden-worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = (event) => reject(new Error(event.message));
          worker.postMessage(sent);
        }),
      request,
    );
    expect(reply.errors).toEqual([]);
    expect(reply.backend).toMatch(/^WebGPU · /);
    expect(reply.losses).toHaveLength(request.steps);
    for (const [step, loss] of reply.losses.entries()) {
      const expected = reply.reference[step] ?? Number.NaN;
      expect(Math.abs(loss - expected) / expected, `step ${step}`).toBeLessThan(1e-4);
    }
  });
}
