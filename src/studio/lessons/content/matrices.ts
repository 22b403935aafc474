import { openMatrix } from '../../actions/fold.ts';
import { useUi } from '../../stores/ui.ts';
import { finished, now, tasks } from '../facts.ts';
import { press, read, slide } from '../hands.ts';
import type { Lesson } from '../lesson.ts';
import { bar, picture, places, start, tab, unfold } from '../places.ts';

const [merge, unmerge] = ['layers.0.M', 'layers.0.U'];

/** "layer 1 · M: digits 0–4 50.2 %, digits 5–9 49.8 %". */
const barWords = (): string => document.querySelector(bar(merge))?.getAttribute('aria-label') ?? '…';

const isShown = (matrix: string): boolean => useUi.getState().tab === 'matrices' && useUi.getState().matrix === matrix;

/** A number of the table beside a matrix; columns: share, identity, permutation, selection. */
const likeness = (row: string, column: number): string =>
  read(`[data-testid=likeness-${row}] td:nth-of-type(${column})`);

const showMerge = (): void => {
  tab('matrices')();
  useUi.setState({ matrix: merge });
};

export const matrices: Lesson = {
  recipe: 'mlp',
  steps: [
    {
      target: places.picture,
      show: picture,
      text: () =>
        `On the outside run the two sources, between them the network that is being made. M, at a layer, makes merged features out of the features of both: ${tasks().join(' and ')}. U goes the other way: from merged features it guesses those of each source, which their next layers then take.`,
    },
    {
      target: places.start,
      show: unfold('run'),
      text: () =>
        `Only M and U are trained; the weights of the sources stay as they are. Press Start, or the space bar. ${now('')}`,
      until: () => finished('fs-merge') !== null,
      doIt: start,
    },
    {
      target: bar(merge),
      show: picture,
      text: () => `The parts of a bar tell how much each source gives. This one says “${barWords()}”. Press it.`,
      until: () => isShown(merge),
      doIt: () => () => openMatrix(merge),
    },
    {
      target: places.heatmap,
      show: showMerge,
      text: () =>
        `This is that M, ${read('[data-testid=matrix-size]').split(' · ')[0]} numbers: a row for each feature of the sources, one source below the other, and a column for each merged feature. The scale above tells the colours.`,
    },
    {
      target: places.time,
      show: showMerge,
      text: () =>
        'Drag the slider to the left end. There M is as it started, the average: two diagonals, so a merged feature takes half of the same feature of each source.',
      until: () => read('[data-testid=matrix-time]') === 'start',
      doIt: () => () => slide(places.time, 0),
    },
    {
      target: places.time,
      show: showMerge,
      text: () =>
        'Now drag it back to the right, to the end of training: see what M has learned to add to the diagonals.',
      until: () => read('[data-testid=matrix-time]') === 'end of training',
      doIt: () => () => slide(places.time, null),
    },
    {
      target: places.sort,
      show: showMerge,
      text: () =>
        'Press “Sort by source”. Merged features now stand in the order of the source that each takes the most from.',
      until: () => document.querySelector(places.sort)?.getAttribute('aria-pressed') === 'true',
      doIt: () => () => press(places.sort),
    },
    {
      target: places.facts,
      show: showMerge,
      text: () =>
        `The same in numbers: ${tasks()[0]} has ${likeness('0', 1)} of this M, ${tasks()[1]} ${likeness('1', 1)}. Selection would be 1 if every merged feature took one feature alone; for all of it, it is ${likeness('whole', 4)}.`,
    },
    {
      target: `[data-matrix="${unmerge}"]`,
      show: tab('matrices'),
      text: () =>
        'Last, the U of the same layer. Choose it in the list: here rows are merged features, and columns are the guesses for both sources.',
      until: () => isShown(unmerge),
      doIt: () => () => press(`[data-matrix="${unmerge}"]`),
    },
  ],
};
