/** Builds the studio and the command line where they are older than their source. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from '../scripts/command.mjs';

const page = ['src', 'public', 'index.html', 'headless.html', 'vite.config.ts', 'package-lock.json', 'scripts'];
const outDir = 'dist-cli';

/** Address of the command line's module. */
export async function ensureBuilt() {
  const [sources, built] = [newest(page), timeOf('dist/headless.html')];
  const stale = [
    sources > built && buildPage,
    Math.max(sources, newest(['cli'])) > timeOf(`${outDir}/main.js`) && buildCli,
  ];
  if (stale.some(Boolean)) process.stderr.write('Building what is new …\n');
  for (const build of stale) if (build) await build();
  return pathToFileURL(join(projectFolder, outDir, 'main.js')).href;
}

async function buildPage() {
  const { build } = await import('vite');
  await build({ root: projectFolder, logLevel: 'error' });
}

async function buildCli() {
  const { build } = await import('vite');
  await build({
    root: projectFolder,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { ssr: 'cli/main.ts', outDir, minify: false, target: 'node20' },
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
