import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { headers } from '../src/service-worker/headers.ts';
import { projectFolder } from './command.mjs';

it.each(Object.entries(headers))('docs/hosting.md has the %s header of today for each server', (name, value) => {
  const lines = readFileSync(join(projectFolder, 'docs/hosting.md'), 'utf8').split('\n');
  const settings = lines.filter((line) => line.startsWith('    ') && line.includes(name));
  expect(settings).toHaveLength(3);
  for (const line of settings) expect(line).toContain(value);
});
