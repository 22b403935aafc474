import { foldTowards } from '../../actions/fold.ts';
import { useExport } from '../../stores/export.ts';
import { useFiles } from '../../stores/files.ts';
import { useFold } from '../../stores/fold.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { bytes, count, percentOrNone, significant } from '../../text/numbers.ts';
import { finished, jointShare, now } from '../facts.ts';
import { press, slide } from '../hands.ts';
import type { Lesson } from '../lesson.ts';
import { openTab, picture, places, start, tab, unfold } from '../places.ts';

const merged = () => finished('fs-merge');
const report = () => useExport.getState().reports[merged()?.id ?? ''] ?? null;

const sourceSize = (): string => {
  const [first] = useRecipe.getState().draft.sources;
  const info = first && useFiles.getState().sources[first.file];
  return info ? bytes(info.bytes) : '…';
};

export const folding: Lesson = {
  recipe: 'mlp',
  steps: [
    {
      target: places.start,
      show: unfold('run'),
      text: () => `First there has to be something to fold. Press Start, or the space bar. ${now('')}`,
      until: () => merged() !== null,
      doIt: start,
    },
    {
      target: places.accuracy,
      show: tab('training'),
      text: () =>
        `${count(merged()?.result?.learnable ?? 0)} numbers in M and U were trained. The network that they fold to is right on ${jointShare(merged())} of all held-out images.`,
    },
    {
      target: places.scrubber,
      show: picture,
      text: () =>
        'Move the slider to the middle. At every layer M, the weights of the sources and U are multiplied into one weight; the lanes go into the stream.',
      until: () => useFold.getState().at >= 0.4,
      doIt: () => () => slide(places.scrubber, 50),
    },
    {
      target: places.fold,
      show: picture,
      text: () =>
        useFold.getState().at === 1
          ? 'One plain network is left: layers and heads, no M, no U.'
          : 'Press Fold, or the key f, to let it go on to the end.',
      until: () => useFold.getState().at === 1,
      doIt: () => () => foldTowards(1),
    },
    openTab('export', 'Is the folded network really the same? Open the tab Export.'),
    {
      target: places.exporting,
      show: tab('export'),
      text: () => 'Press Download. The network is written as a file, and the file is read back and measured.',
      until: () => report() !== null,
      doIt: () => () => press(places.exporting),
    },
    {
      target: places.exported,
      show: tab('export'),
      text: () => {
        const back = report()?.readBack;
        const size = bytes((report()?.files ?? []).reduce((sum, file) => sum + file.bytes, 0));
        return `The file has ${size}; that of the first source has ${sourceSize()}. Read back it is right on ${percentOrNone(back?.score.joint)} jointly; the training said ${jointShare(merged())}. The largest difference of an output is ${significant(back?.largestLogitDifference ?? Number.NaN)}.`;
      },
    },
  ],
};
