/**
 * Kills the worker at many moments of a run, and destroys the GPU's device at a fifth as many: `npm run kill -- --moments 50`. Each run has
 * to end in the weights of one that was left alone.
 */
import { parseArgs } from 'node:util';
import { run } from './command.mjs';

const { values } = parseArgs({ options: { moments: { type: 'string', default: '50' } } });
const moments = Number(values.moments);

process.env.KILL_MOMENTS = String(moments);
const built = await run('npx', 'vite', 'build');
const killed =
  built || (await run('npx', 'playwright', 'test', 'e2e/resume.spec.ts', '-g', 'is killed at', '--reporter=line'));
process.env.KILL_MOMENTS = String(Math.ceil(moments / 5));
const lost = await run('npx', 'vitest', 'run', '--project', 'webgpu', 'src/worker/lost-device.webgpu.test.ts');
process.exitCode = killed || lost;
