import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { assemblyKernels } from './scripts/assembly-plugin.mjs';
import { hosting } from './scripts/hosting-plugin.mjs';
import { offline } from './scripts/offline-plugin.mjs';
import { headers, isolation } from './src/service-worker/headers.ts';

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

export default defineConfig({
  base: './',
  // One page and no routes: a file that is not there is a 404, not the page again.
  appType: 'mpa',
  plugins: [react(), hosting(), assemblyKernels(), offline()],
  worker: { format: 'es', plugins: () => [assemblyKernels()] },
  optimizeDeps: { include: foundLate },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600,
    // The page, and the one that the command line drives.
    rolldownOptions: { input: ['index.html', 'headless.html'], checks: { bundlerTimings: false } },
  },
  server: { headers: isolation },
  preview: {
    host: '127.0.0.1',
    port: Number(process.env.PORT ?? 4173),
    headers,
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
          include: ['{src,scripts,e2e/support,bench,fuzz}/**/*.test.{ts,tsx}'],
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
