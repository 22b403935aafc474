/** Installs the npm packages when they are missing or are not those of package-lock.json. Plain Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder, run } from './command.mjs';

/** Whether the packages of package-lock.json are in node_modules in the end; npm says why when they are not. */
export async function ensureDependencies() {
  if (dependenciesInstalled(projectFolder)) return true;
  console.log('Installing dependencies …');
  return (await run('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error')) === 0;
}

/**
 * Compares package-lock.json with the record that npm keeps in node_modules of what it installed.
 * @param {string} folder
 */
export function dependenciesInstalled(folder) {
  const locked = packagesIn(join(folder, 'package-lock.json'));
  const installed = packagesIn(join(folder, 'node_modules', '.package-lock.json'));
  return Object.entries(locked).every(
    // Optional packages are those of other systems; npm leaves them out. The nameless one is the project itself.
    ([path, { version, optional }]) =>
      path === '' || (installed[path] ? installed[path].version === version : optional),
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}
