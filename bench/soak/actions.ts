/** What a restless person does with the page. Each action takes what there is, and gives up soon where there is nothing. */
import type { Locator, Page } from '@playwright/test';
import { dropFiles } from '../../e2e/support/drop-files.ts';

/** A number from 0 to less than 1. */
export type Random = () => number;

export interface Action {
  name: string;
  /** How often it is chosen, beside the others. */
  weight: number;
  /** Whether something could be done. */
  act(page: Page, random: Random): Promise<boolean>;
}

const patience = { timeout: 2000 };

export const oneOf = <T>(all: readonly T[], random: Random): T => all[Math.floor(random() * all.length)] as T;

/** Presses one of these that can be pressed. */
async function press(all: Locator, random: Random): Promise<boolean> {
  const usable: Locator[] = [];
  for (const one of await all.all()) if ((await one.isVisible()) && (await one.isEnabled())) usable.push(one);
  if (usable.length === 0) return false;
  await oneOf(usable, random).click(patience);
  return true;
}

const pressOne = (find: (page: Page) => Locator) => (page: Page, random: Random) => press(find(page), random);

/** Chooses an option of one of these menus. */
async function select(all: Locator, random: Random): Promise<boolean> {
  const usable: Locator[] = [];
  for (const one of await all.all()) if ((await one.isVisible()) && (await one.isEnabled())) usable.push(one);
  if (usable.length === 0) return false;
  const menu = oneOf(usable, random);
  const values = await menu
    .locator('option:not(:disabled)')
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  if (values.length === 0) return false;
  await menu.selectOption(oneOf(values, random), patience);
  return true;
}

const key =
  (...keys: string[]) =>
  async (page: Page, random: Random): Promise<boolean> => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press(oneOf(keys, random));
    return true;
  };

async function fill(page: Page, label: string, value: string): Promise<boolean> {
  const fields = await page.getByRole('textbox', { name: label, exact: true }).all();
  let filled = false;
  for (const field of fields) {
    if (!(await field.isVisible())) continue;
    await field.fill(value, patience);
    await field.blur();
    filled = true;
  }
  return filled;
}

const demo = (path: string): string => `public/demo/${path}`;
const pairs = [
  ['mlp/mlp-mnist-0to4.pt', 'mlp/mlp-mnist-5to9.pt', 'images/mnist.npz'],
  ['vit/vit-mnist.safetensors', 'vit/vit-fashion-mnist.safetensors', 'images/mnist.npz', 'images/fashion-mnist.npz'],
].map((paths) => paths.map(demo));
const singles = [...new Set(pairs.flat()), 'README.md', 'package.json', 'fixtures/formats/calls-a-shell.pt'];

/** Fewer steps, and ones that end soon. */
async function makeQuick(page: Page, random: Random): Promise<boolean> {
  if (!(await page.getByRole('textbox', { name: 'Epochs', exact: true }).isVisible()))
    await press(page.getByText(/^Training:/), random);
  await fill(page, 'Epochs', String(1 + Math.floor(random() * 3)));
  return fill(page, 'Train on', oneOf(['32', '64', '100'], random));
}

const isMatrix = (page: Page) => page.getByTestId('heatmap').first();

async function lookAtMatrix(page: Page, random: Random): Promise<boolean> {
  await page.keyboard.press('m');
  const box = await isMatrix(page).boundingBox({ timeout: 2000 });
  if (!box) return false;
  await page.mouse.move(box.x + box.width * random(), box.y + box.height * random());
  await page.mouse.wheel(0, random() < 0.5 ? -400 : 400);
  return true;
}

async function pointAtChart(page: Page, random: Random): Promise<boolean> {
  await page.keyboard.press('t');
  const charts = page.locator('.chart');
  if ((await charts.count()) === 0) return false;
  await charts.nth(Math.floor(random() * (await charts.count()))).hover(patience);
  await page.waitForTimeout(600);
  await page.mouse.move(2, 2);
  return true;
}

/** The last that were saved. */
export const sessions: Buffer[] = [];

async function saveSession(page: Page, random: Random): Promise<boolean> {
  const saved = page.waitForEvent('download', patience);
  saved.catch(() => {});
  if (!(await press(page.getByRole('button', { name: 'Save', exact: true }), random))) return false;
  const stream = await (await saved).createReadStream();
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  sessions.push(Buffer.concat(parts));
  if (sessions.length > 4) sessions.shift();
  return true;
}

async function openSession(page: Page, random: Random): Promise<boolean> {
  if (sessions.length === 0) return false;
  const file = { name: 'saved.fsmerge.json', mimeType: 'application/json', buffer: oneOf(sessions, random) };
  await page.getByTestId('open-input').setInputFiles(file);
  return true;
}

const card = (page: Page) => page.locator('aside.recipe');
const main = (page: Page) => page.locator('main');

export const actions: readonly Action[] = [
  { name: 'begin a merge', weight: 6, act: begin },
  { name: 'drop a pair', weight: 1, act: async (page, random) => dropped(page, oneOf(pairs, random)) },
  { name: 'drop a file', weight: 2, act: async (page, random) => dropped(page, [oneOf(singles, random)]) },
  {
    name: 'remove a source or images',
    weight: 2,
    act: pressOne((page) => card(page).getByRole('button', { name: /^Remove / })),
  },
  {
    name: 'labels',
    weight: 2,
    act: pressOne((page) => page.getByTestId('task-list').getByRole('button', { name: /^\d–\d$/ })),
  },
  { name: 'make it quick', weight: 5, act: makeQuick },
  { name: 'choose an option', weight: 8, act: async (page, random) => chosen(card(page).getByRole('radio'), random) },
  {
    name: 'choose from a menu',
    weight: 3,
    act: async (page, random) => select(card(page).getByRole('combobox'), random),
  },
  { name: 'start', weight: 8, act: pressOne((page) => page.getByRole('button', { name: 'Start', exact: true })) },
  {
    name: 'pause or resume',
    weight: 4,
    act: pressOne((page) => page.getByRole('button', { name: /^(Pause|Resume)$/ })),
  },
  { name: 'step', weight: 3, act: pressOne((page) => page.getByRole('button', { name: 'Step', exact: true })) },
  { name: 'stop', weight: 2, act: pressOne((page) => page.getByRole('button', { name: 'Stop', exact: true })) },
  { name: 'a tab', weight: 5, act: key('t', 'm', 'c', 'x') },
  { name: 'a card', weight: 1, act: key('1', '2', '3', '4') },
  { name: 'fold', weight: 2, act: key('f') },
  { name: 'logarithmic or linear', weight: 1, act: key('l') },
  { name: 'undo', weight: 3, act: key('Control+z') },
  { name: 'redo', weight: 2, act: key('Control+y') },
  { name: 'a bar of the SuperNet', weight: 2, act: pressOne((page) => page.locator('.hits button')) },
  { name: 'look at a matrix', weight: 3, act: lookAtMatrix },
  { name: 'point at a chart', weight: 3, act: pointAtChart },
  { name: 'baselines', weight: 2, act: compared('run-baselines') },
  { name: 'show mistakes', weight: 1, act: compareButton('Show mistakes') },
  { name: 'measure closer', weight: 1, act: compareButton('Measure') },
  { name: 'copy a table', weight: 1, act: compareButton(/^(CSV|Markdown|LaTeX)$/) },
  { name: 'report', weight: 1, act: compareButton(/^Save report/) },
  { name: 'export', weight: 2, act: exported },
  { name: 'choose in a tab', weight: 3, act: async (page, random) => select(main(page).getByRole('combobox'), random) },
  {
    name: 'hide, show or remove a run',
    weight: 2,
    act: pressOne((page) => page.getByTestId('run-list').getByRole('button')),
  },
  { name: 'a demo', weight: 1, act: playDemo },
  { name: 'theme', weight: 1, act: theme },
  { name: 'save a session', weight: 2, act: saveSession },
  { name: 'open a session', weight: 1, act: openSession },
  { name: 'wait', weight: 4, act: waited },
];

/** A pair of its own, few steps, another kind or start, and off it goes; not while a run is under way. */
async function begin(page: Page, random: Random): Promise<boolean> {
  const stop = page.getByTestId('card-run').getByRole('button', { name: 'Stop', exact: true });
  if (await stop.isEnabled(patience)) return false;
  await removeSources(page);
  const pair = oneOf(pairs, random);
  await dropped(page, pair);
  const tasks = page.getByTestId('task-list').getByRole('textbox', { name: 'Labels' });
  await tasks.nth(1).waitFor(patience);
  if (pair === pairs[0]) {
    await tasks.nth(0).fill('0-4', patience);
    await tasks.nth(1).fill('5-9', patience);
    await tasks.nth(1).blur();
  }
  await makeQuick(page, random);
  await chosen(card(page).getByRole('radio'), random);
  await page.getByRole('button', { name: 'Start', exact: true }).click(patience);
  return true;
}

async function removeSources(page: Page): Promise<void> {
  const remove = page.getByTestId('source-list').getByRole('button', { name: /^Remove / });
  for (let left = 40; left > 0 && (await remove.count()) > 0; left--) await remove.first().click(patience);
}

async function dropped(page: Page, paths: string[]): Promise<boolean> {
  await dropFiles(page, 'main', paths);
  return true;
}

async function chosen(radios: Locator, random: Random): Promise<boolean> {
  const usable: Locator[] = [];
  for (const one of await radios.all()) if (await one.isEnabled()) usable.push(one);
  if (usable.length === 0) return false;
  await oneOf(usable, random).check({ force: true, ...patience });
  return true;
}

function compared(id: string) {
  return async (page: Page, random: Random): Promise<boolean> => {
    await page.keyboard.press('c');
    return press(page.getByTestId(id), random);
  };
}

function compareButton(name: string | RegExp) {
  return async (page: Page, random: Random): Promise<boolean> => {
    await page.keyboard.press('c');
    return press(main(page).getByRole('button', { name, exact: true }), random);
  };
}

async function exported(page: Page, random: Random): Promise<boolean> {
  await page.keyboard.press('x');
  if (random() < 0.5) await select(main(page).getByRole('combobox', { name: 'Format' }), random);
  return press(page.getByTestId('export'), random);
}

async function playDemo(page: Page, random: Random): Promise<boolean> {
  await page.getByRole('button', { name: 'Demos' }).click(patience);
  return press(page.getByRole('menuitem'), random);
}

async function theme(page: Page, random: Random): Promise<boolean> {
  await page.getByRole('button', { name: 'Theme' }).click(patience);
  return press(page.getByRole('menuitemradio'), random);
}

async function waited(page: Page, random: Random): Promise<boolean> {
  await page.waitForTimeout(500 + 3000 * random());
  return true;
}
