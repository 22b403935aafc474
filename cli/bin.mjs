#!/usr/bin/env node
/** `fs-merge`: installs and builds what is missing or older than its source, then runs the command line. */
import { ensureDependencies } from '../scripts/dependencies.mjs';

if (!(await ensureDependencies())) process.exit(2);
const { ensureBuilt } = await import('./build.mjs');
const { main } = await import(await ensureBuilt());
const code = await main(process.argv.slice(2));
// A connection that failed may still hold the process; what was written goes out first.
process.stdout.write('', () => process.exit(code));
