/** That lint finds each breach of the walls between the rooms, and nothing in code that keeps them. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'walls-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file's path, a part of what lint says of it, and its text. */
type Breach = [path: string, message: string, text: string];

const engine = 'src/engine/merging/x.ts';
const studio = 'src/studio/panels/x.ts';
const panel = 'src/studio/panels/x.tsx';
const types = 'The studio takes only types';
const names = 'A control has its name and help in src/studio/text/controls';

const breaches: Breach[] = [
  [engine, 'The engine never draws', "import { useState } from 'react';"],
  [engine, 'The engine never draws', "import { createRoot } from 'react-dom/client';"],
  [engine, 'The engine never draws', "import { create } from 'zustand';"],
  [engine, 'The engine never draws', "import plotly from 'plotly.js-cartesian-dist-min';"],
  [engine, 'The engine never draws', "import type { Theme } from '../../studio/theme.ts';"],
  [engine, 'The engine knows no worker', "import { wrap } from 'comlink';"],
  [engine, 'The engine knows no worker', "import type { StudioEvent } from '../../worker/protocol.ts';"],
  [engine, 'The engine knows no worker', "export const api = await import('../../worker/api.ts');"],
  [engine, 'Do not use the global variable window', 'export const width = window.innerWidth;'],
  [engine, 'Do not use the global variable document', 'export const body = document.body;'],
  [engine, 'The engine knows no page', 'export const title = globalThis.document.title;'],
  [engine, 'Do not use the global variable localStorage', "localStorage.setItem('a', 'b');"],
  [engine, 'Only src/engine/backends asks navigator', 'export const cores = navigator.hardwareConcurrency;'],
  [engine, 'Only src/engine/backends asks navigator', 'export const gpu = globalThis.navigator?.gpu;'],
  [engine, 'console', "console.log('a');"],
  ['src/engine/backends/x.ts', 'The engine knows no page', 'export const body = globalThis.document;'],
  ['src/worker/x.ts', 'The worker does not know the page', "import type { Theme } from '../studio/theme.ts';"],
  ['src/worker/x.ts', 'The worker does not know the page', "import { create } from 'zustand';"],
  [studio, types, "import { fold } from '../../engine/supernet/fold.ts';"],
  [studio, types, "import { type Model } from '../../engine/architectures/model.ts';"],
  [studio, types, "import '../../engine/backends/backends.ts';"],
  [studio, types, "export { fold } from '../../engine/supernet/fold.ts';"],
  [studio, types, "export const api = await import('../../engine/workspace.ts');"],
  [studio, types, "import { createApi } from '../../worker/api.ts';"],
  [studio, 'The page never computes', "import type { Tensor } from '@tensorflow/tfjs-core';"],
  [panel, names, 'export const P = () => <Field label="Seed">{() => null}</Field>;'],
  [panel, names, 'export const P = () => <button type="button" title="Ends it">{stop.label}</button>;'],
  [panel, names, `export const P = () => <IconButton icon="close" label={\`Remove \${name}\`} />;`],
  [panel, names, 'export const P = () => <button type="button"><Icon name="stop" /> Stop</button>;'],
  [panel, names, 'export const P = () => <label htmlFor={id}>Seed</label>;'],
  ['src/studio/x.ts', 'This file has too many lines', 'void 0;\n'.repeat(301)],
  ['src/studio/styles/x.css', 'This file has too many lines', 'a {\n}\n'.repeat(151)],
];

const kept: [path: string, text: string][] = [
  ['src/engine/backends/x.ts', 'export const gpu = globalThis.navigator?.gpu;'],
  [engine, "import { fold } from '../supernet/fold.ts';\nexport const model = fold;"],
  ['src/worker/x.ts', "import { fold } from '../engine/supernet/fold.ts';\nexport const model = fold;"],
  [studio, "import type { Model } from '../../engine/architectures/model.ts';\nexport type M = Model;"],
  [studio, "import type { StudioEvent } from '../../worker/protocol.ts';\nexport type E = StudioEvent;"],
  [studio, "import { connect } from '../../worker/client.ts';\nexport const open = connect;"],
  [panel, 'export const P = () => <Field {...methodControls.seed}>{() => <p title="a">Text</p>}</Field>;'],
  [panel, `export const P = () => <Choice label={controls.kind.label} hint={\`\${lines[kind]} So many.\`} />;`],
  ['src/studio/x.test.ts', "import { recipeSchema } from '../engine/recipe.ts';\nexport const schema = recipeSchema;"],
];

/** What Biome says of each case's file, as text; one run for all of them. */
let reports: Map<string, string>;

beforeAll(() => {
  for (const path of ['biome.json', 'package.json', '.gitignore', 'scripts/lint']) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  const cases = [...breaches.map(([path, , text]) => [path, text] as const), ...kept];
  for (const [index, [path, text]] of cases.entries()) {
    const file = join(folder, numbered(path, index));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const words = ['lint', '--reporter=json', '--max-diagnostics=none', 'src'];
  const { stdout } = spawnSync(process.execPath, [biome, ...words], { cwd: folder, encoding: 'utf8' });
  reports = new Map();
  for (const diagnostic of JSON.parse(stdout).diagnostics) {
    const { path } = diagnostic.location;
    reports.set(path, (reports.get(path) ?? '') + JSON.stringify(diagnostic));
  }
});

it.each(breaches.map((breach, index) => [...breach, index] as const))('%s: %s', (path, message, _text, index) => {
  expect(reports.get(numbered(path, index))).toContain(message);
});

it.each(kept.map((code, index) => [...code, breaches.length + index] as const))('%s may: %s', (path, _text, index) => {
  expect(reports.get(numbered(path, index))).toBeUndefined();
});

/** "src/x.test.ts" → "src/x12.test.ts" */
function numbered(path: string, index: number): string {
  return path.replace('x.', `x${index}.`);
}
