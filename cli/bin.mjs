#!/usr/bin/env node
/** `fs-merge`: installs and builds what is missing or older than its source, then runs the command line. */
import { ensureDependencies } from '../scripts/dependencies.mjs';

if (!(await ensureDependencies())) process.exit(2);
const { ensureBuilt } = await import('./build.mjs');
const { main } = await import(await ensureBuilt());
process.exitCode = await main(process.argv.slice(2));
