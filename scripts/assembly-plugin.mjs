/** Compiles the WebAssembly kernels, written in AssemblyScript, and gives them to a build as `virtual:wasm-kernels`. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectFolder } from './command.mjs';

/** @typedef {{ simd: string, relaxed: string }} Binaries */

const name = 'virtual:wasm-kernels';
const folder = join(projectFolder, 'src/engine/backends/wasm/assembly');
const cache = join(projectFolder, 'node_modules/.cache/wasm-kernels');

// No runtime and no memory of its own: the module works on the heap that it is given.
const options = ['--runtime', 'stub', '--noAssert', '--importMemory', '--noExportMemory', '-O3', '--enable', 'simd'];
const builds = { simd: options, relaxed: [...options, '--enable', 'relaxed-simd'] };

/** @returns {import('vite').Plugin} */
export function assemblyKernels() {
  return {
    name: 'assembly-kernels',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      if (id !== `\0${name}`) return undefined;
      for (const file of sources()) this.addWatchFile(join(folder, file));
      const { simd, relaxed } = await binaries();
      return `export const simd = ${JSON.stringify(simd)};\nexport const relaxed = ${JSON.stringify(relaxed)};\n`;
    },
  };
}

/**
 * Both builds in base 64, from the cache when the sources and the compiler are those of an earlier call.
 * @returns {Promise<Binaries>}
 */
async function binaries() {
  const path = join(cache, `${fingerprint()}.json`);
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    const compiled = { simd: await compile(builds.simd), relaxed: await compile(builds.relaxed) };
    mkdirSync(cache, { recursive: true });
    // Renamed at the end: another process never reads half a file.
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(compiled));
    renameSync(`${path}.${process.pid}`, path);
    return compiled;
  }
}

function sources() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

function fingerprint() {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  const hash = createHash('sha256').update(JSON.stringify([version, builds]));
  for (const file of sources()) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 32);
}

/**
 * @param {string[]} words
 * @returns {Promise<string>}
 */
async function compile(words) {
  const { default: asc } = await import('assemblyscript/asc');
  /** @type {Uint8Array | string | null} */
  let binary = null;
  const { error, stderr } = await asc.main(['index.ts', '--baseDir', folder, '--outFile', 'kernels.wasm', ...words], {
    writeFile: (_, contents) => {
      binary = contents;
    },
  });
  if (error || !binary) throw new Error(`AssemblyScript: ${stderr.toString() || error?.message}`);
  return Buffer.from(binary).toString('base64');
}
