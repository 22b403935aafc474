import { runComparisons } from '../../actions/compare.ts';
import { foldTowards } from '../../actions/fold.ts';
import { useFiles } from '../../stores/files.ts';
import { useFold } from '../../stores/fold.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { percent, percentOrNone } from '../../text/numbers.ts';
import { alone, finished, jointShare, now, taskShare, tasks } from '../facts.ts';
import type { Lesson } from '../lesson.ts';
import { openTab, picture, places, row, start, tab, unfold, whenFree } from '../places.ts';

const average = () => finished('average');
const merged = () => finished('fs-merge');

/** Accuracy of a guess among the classes of the first task. */
const guess = (): string => {
  const [first] = useRecipe.getState().draft.sources;
  const classes = first && useFiles.getState().sources[first.file]?.classes;
  return classes ? percent(1 / classes) : '…';
};

export const averaging: Lesson = {
  recipe: 'vit',
  steps: [
    {
      target: places.sources,
      show: unfold('sources'),
      text: () =>
        `Two networks of the same shape. One has learned ${tasks()[0]}, the other ${tasks()[1]}. Each was trained alone, from random numbers of its own. We want one network, as small as either, that does both.`,
    },
    openTab('compare', 'The simplest merge is the average: the mean of every weight. Open the tab Compare.'),
    {
      target: places.baselines,
      show: tab('compare'),
      text: () =>
        `Press “Run all baselines”. It measures each network alone, their average, and other merges that train nothing. ${now('')}`,
      until: () => average() !== null && alone(1) !== null,
      doIt: whenFree(() => runComparisons()),
    },
    {
      target: row('source'),
      show: tab('compare'),
      text: () =>
        `Alone, each network is good at its own task: ${tasks()[0]} ${percentOrNone(alone(0)?.perTask[0])} right, ${tasks()[1]} ${percentOrNone(alone(1)?.perTask[1])}.`,
    },
    {
      target: row('average'),
      show: tab('compare'),
      text: () =>
        `Their average: ${tasks()[0]} ${taskShare(average(), 0)}, ${tasks()[1]} ${taskShare(average(), 1)}. A blind guess is right ${guess()} of the time. The two networks began from other random numbers, so the same place in both means different things, and the mean of the two means neither.`,
    },
    {
      target: places.start,
      show: unfold('run'),
      text: () =>
        `FS-Merge takes no mean: it learns how to combine the features of both. Press Start, or the space bar. ${now('')}`,
      until: () => merged() !== null,
      doIt: start,
    },
    {
      target: row('fs-merge'),
      show: tab('compare'),
      text: () =>
        `One network of the same size now has ${tasks()[0]} ${taskShare(merged(), 0)} right and ${tasks()[1]} ${taskShare(merged(), 1)}. Jointly, where it also has to tell which task an image is of, it is right on ${jointShare(merged())}; the average on ${jointShare(average())}.`,
    },
    {
      target: places.fold,
      show: picture,
      text: () =>
        useFold.getState().at === 1
          ? 'The matrices are gone into the weights: one plain network is left.'
          : 'What it learned are the bars in the picture: matrices between the networks. Press Fold, or the key f, and they go into the weights.',
      until: () => useFold.getState().at === 1,
      doIt: () => () => foldTowards(1),
    },
  ],
};
