/** Running other programs from the project's folder. Plain Node, so that it works before anything is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('..', import.meta.url));

// npm and npx are .cmd files on Windows, which only a shell can start.
const shell = process.platform === 'win32';

/**
 * Runs a command with its output shown here; no input. Resolves to its exit code.
 * @param {string} command
 * @param {string[]} words
 * @returns {Promise<number>}
 */
export function run(command, ...words) {
  return new Promise((resolve) => {
    const child = spawn(command, words, { cwd: projectFolder, stdio: ['ignore', 'inherit', 'inherit'], shell });
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

/**
 * Whether a command starts and ends well, its output unseen.
 * @param {string} command
 * @param {string[]} words
 */
export function runs(command, ...words) {
  return spawnSync(command, words, { stdio: 'ignore', timeout: 30_000 }).status === 0;
}
