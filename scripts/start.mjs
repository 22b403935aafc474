/** `npm start`: installs what is missing, builds the studio and serves it. */
import { run } from './command.mjs';
import { ensureDependencies } from './dependencies.mjs';

const built = (await ensureDependencies()) && (await run('npm', 'run', '--silent', 'build')) === 0;
if (built) await import('./serve.mjs');
else process.exitCode = 1;
