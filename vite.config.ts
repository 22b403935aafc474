import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { assemblyKernels } from './scripts/assembly-plugin.mjs';

// Named for the dev server so that it does not find them late and reload the page in the middle of a run.
const foundLate = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  '@zip.js/zip.js',
  'comlink',
  'h5wasm',
  'hyparquet',
  'hyparquet-compressors',
  'idb-keyval',
  'linear-sum-assignment',
  'ml-matrix',
  'papaparse',
  'plotly.js-cartesian-dist-min',
  'zod',
];

/** Nothing leaves the tab: no request to another origin, no script but the studio's own. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Cross-origin isolated, so that wasm may use threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The built page carries the policy itself and keeps it on any server. Not the dev server's page, which needs inline scripts. */
const policyInPage: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
      injectTo: 'head-prepend',
    },
  ],
};

export default defineConfig({
  base: './',
  // One page and no routes: a file that is not there is a 404, not the page again.
  appType: 'mpa',
  plugins: [react(), policyInPage, assemblyKernels()],
  worker: { format: 'es', plugins: () => [assemblyKernels()] },
  optimizeDeps: { include: foundLate },
  build: { target: 'es2022', chunkSizeWarningLimit: 1600, rolldownOptions: { checks: { bundlerTimings: false } } },
  server: { headers: isolation },
  preview: {
    host: '127.0.0.1',
    port: Number(process.env.PORT ?? 4173),
    headers: { ...isolation, 'Content-Security-Policy': contentSecurityPolicy },
  },
  test: {
    // Training in a test takes its time on a busy machine.
    testTimeout: 300_000,
    maxWorkers: 2,
    silent: 'passed-only',
    server: { deps: { inline: [/@tensorflow/] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,scripts,e2e/support,bench}/**/*.test.{ts,tsx}'],
          exclude: ['**/*webgpu.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'webgpu',
          include: ['src/**/*webgpu.test.ts'],
          setupFiles: 'src/engine/backends/testing/dawn.ts',
          // One software GPU keeps both processors busy.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
