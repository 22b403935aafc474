/** Runs the fuzzing in Node, from the top folder: `npm run fuzz`. Vite bundles its TypeScript, the thread beside it. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { assemblyKernels } from '../scripts/assembly-plugin.mjs';

const outDir = 'test-results/fuzz';
await build({
  configFile: false,
  publicDir: false,
  logLevel: 'error',
  plugins: [assemblyKernels()],
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir,
    minify: false,
    target: 'node20',
    rolldownOptions: { input: { main: 'fuzz/main.ts', thread: 'fuzz/thread.ts' }, checks: { eval: false } },
  },
});
const { main } = await import(pathToFileURL(resolve(outDir, 'main.js')).href);
await main(process.argv.slice(2));
