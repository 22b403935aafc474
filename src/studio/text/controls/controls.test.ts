import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Control } from './control.ts';
import { ariaKeys, tooltip } from './control.ts';
import * as dialogs from './dialogs.ts';
import * as page from './page.ts';
import * as recipe from './recipe.ts';
import * as stage from './stage.ts';

type Controls = Readonly<Record<string, Control>>;
const groups = Object.entries<unknown>({ ...dialogs, ...page, ...recipe, ...stage }).flatMap(([name, value]) =>
  typeof value === 'object' ? [[name, value as Controls] as const] : [],
);
const studio = new URL('../../', import.meta.url);
const code = readdirSync(studio, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.test.ts'))
  .map((path) => readFileSync(new URL(path, studio), 'utf8'))
  .join('\n');

it('every control that has a name here is on the page', () => {
  const unused = groups.flatMap(([group, controls]) =>
    // Some are looked up by the name of a number, a tab or a card.
    code.includes(`${group}[`) ? [] : Object.keys(controls).filter((name) => !code.includes(`${group}.${name}`)),
  );
  expect(unused).toEqual([]);
});

it('no key works two controls of the page', () => {
  const keys = groups
    .filter(([group]) => group !== 'lessonControls')
    .flatMap(([, controls]) => [...new Set(Object.values(controls).map(({ keys: own = [] }) => own.join()))])
    .flatMap((own) => (own === '' ? [] : own.split(',')));
  expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
  expect(keys).toContain('f');
});

it('a tooltip says the key, aria-keyshortcuts names it', () => {
  expect(tooltip({ label: 'Step', hint: 'One step', keys: ['s'] })).toBe('One step · s');
  expect(tooltip({ label: 'Start', keys: [' '] })).toBe('Start · space');
  expect(tooltip({ label: 'Stop' })).toBe('Stop');
  expect(ariaKeys({ label: 'Redo', keys: ['Ctrl Y', ' '] })).toBe('Control+Y Meta+Y Space');
  expect(ariaKeys({ label: 'Stop' })).toBeUndefined();
});
