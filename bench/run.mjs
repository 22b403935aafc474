/** Runs a benchmark of this folder in Node, from the top folder: `node bench/run.mjs fidelity`. Vite bundles its TypeScript. */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { assemblyKernels } from '../scripts/assembly-plugin.mjs';

// tfjs asks for these in Node, also as an ES module.
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = import.meta.dirname;

const [name, ...words] = process.argv.slice(2);
const outDir = 'test-results/bench';
await build({
  configFile: false,
  publicDir: false,
  logLevel: 'error',
  plugins: [assemblyKernels()],
  // What starts other programs or is a binary itself stays as it is installed.
  ssr: { noExternal: true, external: ['@playwright/test', 'vite', 'webgpu'] },
  build: {
    ssr: `bench/${name}.ts`,
    outDir,
    minify: false,
    target: 'node20',
    rolldownOptions: { checks: { eval: false } },
  },
});
const { main } = await import(pathToFileURL(resolve(outDir, `${name}.js`)).href);
await main(words);
