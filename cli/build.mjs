/** Builds the studio and the command line where they are older than their source. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from '../scripts/command.mjs';

const page = ['src', 'public', 'index.html', 'headless.html', 'vite.config.ts', 'package-lock.json', 'scripts'];
const outDir = 'dist-cli';

/** Address of the command line's module. Throws when it cannot be built. */
export async function ensureBuilt() {
  const sources = newest(page);
  const stale = [];
  if (sources > timeOf('dist/headless.html')) stale.push('page');
  if (Math.max(sources, newest(['cli'])) > timeOf(`${outDir}/main.js`)) stale.push('cli');
  if (stale.length > 0) {
    process.stderr.write('Building what is new …\n');
    // What tools say goes aside: the standard output is the command's own.
    const { status } = spawnSync(process.execPath, [import.meta.filename, ...stale], { stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error('The studio could not be built.');
  }
  return pathToFileURL(join(projectFolder, outDir, 'main.js')).href;
}

async function buildPage() {
  const { build } = await import('vite');
  await build({ root: projectFolder, logLevel: 'error' });
}

async function buildCli() {
  const { build } = await import('vite');
  const { assemblyKernels } = await import('../scripts/assembly-plugin.mjs');
  await build({
    root: projectFolder,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    plugins: [assemblyKernels()],
    // tfjs and HDF5 are bundled, which their own packages are not made for in Node; what starts programs stays as it is installed.
    ssr: { noExternal: true, external: ['playwright-core', 'commander', 'sirv', 'yaml'] },
    build: {
      ssr: 'cli/main.ts',
      outDir,
      minify: false,
      target: 'node20',
      rolldownOptions: { checks: { eval: false } },
    },
  });
}

/** @param {string[]} paths */
function newest(paths) {
  return Math.max(...paths.map((path) => newestIn(join(projectFolder, path))));
}

/**
 * @param {string} path
 * @returns {number}
 */
function newestIn(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

/** @param {string} file */
function timeOf(file) {
  const path = join(projectFolder, file);
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

if (process.argv[1] === import.meta.filename) {
  const builds = new Map([
    ['page', buildPage],
    ['cli', buildCli],
  ]);
  for (const name of process.argv.slice(2)) await builds.get(name)?.();
}
