import type { Initialisation } from '../../../engine/recipe.ts';
import { startRun } from '../../actions/runs.ts';
import { editFsMerge, useRecipe } from '../../stores/recipe.ts';
import { significant } from '../../text/numbers.ts';
import { busy, finished, jointShare, now, tasks } from '../facts.ts';
import { pick } from '../hands.ts';
import type { Lesson, Step } from '../lesson.ts';
import { openTab, places, tab, unfold, whenFree } from '../places.ts';

const starts = ['first', 'average', 'random'] as const;
type Start = (typeof starts)[number];

const runFrom = (start: Initialisation) =>
  finished(
    'fs-merge',
    ({ recipe: { method } }) =>
      method.name === 'fs-merge' && method.initialisation === start && method.scope === 'global',
  );
const isChosen = (start: Start): boolean => useRecipe.getState().draft.fsMerge.initialisation === start;

/** Chooses a start, then runs it. */
const trainFrom = (start: Start, about: string): Step => ({
  target: () => (isChosen(start) ? places.start : places.starts),
  show: () => {
    if (!busy()) unfold('method')();
    unfold('run')();
  },
  text: () => `${about} Choose it under “How M and U start” and press Start. ${now('')}`,
  until: () => runFrom(start) !== null,
  doIt: whenFree(() => {
    editFsMerge({ initialisation: start });
    return startRun();
  }),
});

const each = (words: (start: Start) => string): string => starts.map((start) => `${start} ${words(start)}`).join(', ');

const lossOf = (start: Start, which: 0 | -1): string => {
  const points = runFrom(start)?.points;
  return significant(points?.at(which)?.losses[0] ?? Number.NaN);
};

/** Lists of runs that can stand beside: the second is there once the first is chosen. */
async function putBeside(): Promise<void> {
  for (let place = 0; place < starts.length - 1; place++) {
    const list = document.querySelectorAll<HTMLSelectElement>(`${places.beside} select`)[place];
    if (list) pick(list, list.options.length - 1);
    await new Promise((done) => setTimeout(done, 100));
  }
}

const columns = () => [...document.querySelectorAll(`${places.columns} [data-testid=matrix-column]`)];

/** Share of the first source in each column, with the start of the column's run. */
const sharesBeside = (): string =>
  columns()
    .map((column) => {
      const name = column.querySelector('h4')?.firstChild?.textContent?.trim();
      const start = starts.find((one) => runFrom(one)?.name === name) ?? name ?? '…';
      return `${start} ${column.querySelector('[data-testid=likeness-0] td')?.textContent ?? '…'}`;
    })
    .join(', ');

export const startsSideBySide: Lesson = {
  recipe: 'mlp-full',
  steps: [
    {
      target: places.starts,
      show: unfold('method'),
      text: () =>
        'Training has to start somewhere. The small pictures show M and U before the first step: “first” is source 1, “average” is the mean of the weights, “random” is noise. We try all three, with everything else the same.',
    },
    trainFrom('first', 'From “first” the merged network starts as source 1, exactly.'),
    trainFrom('average', 'From “average” it starts as the mean of both networks, exactly.'),
    trainFrom('random', 'From “random” it knows nothing at the start.'),
    {
      target: places.loss,
      show: tab('training'),
      text: () =>
        `Three runs, three curves. The losses at the first step: ${each((start) => lossOf(start, 0))}. At the last: ${each((start) => lossOf(start, -1))}.`,
    },
    {
      target: '[data-testid=run-list]',
      show: tab('training'),
      text: () =>
        `Accuracy is what counts. Jointly, on held-out images: ${each((start) => jointShare(runFrom(start)))}.`,
    },
    openTab('matrices', 'How do their matrices differ? Open the tab Matrices.'),
    {
      target: places.beside,
      show: tab('matrices'),
      text: () => 'Choose the other two runs under “Compare with”.',
      until: () => columns().length === starts.length,
      doIt: () => putBeside,
    },
    {
      target: places.columns,
      show: tab('matrices'),
      text: () =>
        `The same M from three starts: the traces of the start are still there. Share of ${tasks()[0]} in it: ${sharesBeside()}.`,
    },
  ],
};
