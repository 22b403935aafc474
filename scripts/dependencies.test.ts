/** When packages are installed anew: not more often than needed, and never too seldom. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dependenciesInstalled } from './dependencies.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dependencies-'));
  mkdirSync(join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const project = { '': { version: '0.1.0' } };
const react = { 'node_modules/react': { version: '19.0.0' } };
const newerReact = { 'node_modules/react': { version: '19.1.0' } };
const otherSystems = { 'node_modules/fsevents': { version: '2.3.3', optional: true } };

it.each([
  ['the same packages', { ...project, ...react }, react, true],
  ['all but those of other systems', { ...project, ...react, ...otherSystems }, react, true],
  ['another version', { ...project, ...newerReact }, react, false],
  ['another version of an optional one', otherSystems, { 'node_modules/fsevents': { version: '2.0.0' } }, false],
  ['a package too few', { ...project, ...react }, {}, false],
])('installed: %s', (_, locked, installed, expected) => {
  write('package-lock.json', locked);
  write('node_modules/.package-lock.json', installed);
  expect(dependenciesInstalled(folder)).toBe(expected);
});

it('nothing is installed in a fresh clone', () => {
  write('package-lock.json', { ...project, ...react });
  expect(dependenciesInstalled(folder)).toBe(false);
});

function write(path: string, packages: object): void {
  writeFileSync(join(folder, path), JSON.stringify({ packages }));
}
