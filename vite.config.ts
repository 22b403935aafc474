import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The tfjs packages are named for the dev server so that it does not find them late and reload the page in the middle of a run.
const tfjs = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
];

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  optimizeDeps: { include: tfjs },
  build: { target: 'es2022', chunkSizeWarningLimit: 1600 },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts'],
    server: { deps: { inline: [/@tensorflow/] } },
    testTimeout: 60_000,
  },
});
