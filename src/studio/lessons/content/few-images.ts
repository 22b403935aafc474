import { runComparisons } from '../../actions/compare.ts';
import { growImages } from '../../actions/growth.ts';
import { settingKey } from '../../recipe/draft.ts';
import type { GrowthLine } from '../../runs/growth.ts';
import { growthLines, imageCounts, imagesOf } from '../../runs/growth.ts';
import { useGrowth } from '../../stores/growth.ts';
import { currentRecipe } from '../../stores/recipe.ts';
import { useRuns } from '../../stores/runs.ts';
import { count, percentOrNone } from '../../text/numbers.ts';
import { finished, jointShare, now } from '../facts.ts';
import type { Lesson } from '../lesson.ts';
import { openTab, places, tab, unfold, whenFree } from '../places.ts';

const counts = () => imageCounts(currentRecipe());

function line(method: GrowthLine['method']): GrowthLine | null {
  const lines = growthLines(settingKey(currentRecipe()), useRuns.getState().runs);
  return lines.find((one) => one.method === method) ?? null;
}

const isWhole = (method: GrowthLine['method']): boolean => (line(method)?.points.length ?? 0) >= counts().length;

const shareWith = (method: GrowthLine['method'], images: number): string =>
  percentOrNone(line(method)?.points.find((point) => point.images === images)?.joint);

/** At how many numbers of images FS-Merge is ahead. */
function wins(): number {
  const others = line('distillation')?.points ?? [];
  return (line('fs-merge')?.points ?? []).filter(({ images, joint }) =>
    others.some((other) => other.images === images && other.joint < joint),
  ).length;
}

const progress = (): string => {
  const { progress: at } = useGrowth.getState();
  return at ? `Run ${count(at.done + 1)} of ${count(at.of)}.` : now('');
};

export const fewImages: Lesson = {
  recipe: 'mlp-full',
  steps: [
    {
      target: places.images,
      show: unfold('images'),
      text: () =>
        `FS-Merge and distillation both imitate what the sources make of images; nobody has to label them. Here there are ${count(imagesOf(currentRecipe()))} images of each task. How few are enough?`,
    },
    openTab('compare', 'Open the tab Compare, where runs are measured side by side.'),
    {
      target: places.baselines,
      show: tab('compare'),
      text: () =>
        `Press “Run all baselines” for what needs no training: the sources alone, and their average. ${now('')}`,
      until: () => finished('average') !== null && useRuns.getState().comparing === null,
      doIt: whenFree(() => runComparisons()),
    },
    {
      target: places.grow,
      show: tab('compare'),
      text: () =>
        `Press the button here. It trains FS-Merge and distillation with ${count(counts()[0] ?? 0)} images of each task, then with more, up to ${count(counts().at(-1) ?? 0)}. Every run takes about as many steps. ${progress()}`,
      until: () => isWhole('fs-merge') && isWhole('distillation') && useGrowth.getState().progress === null,
      doIt: whenFree(() => growImages()),
    },
    {
      target: places.growth,
      show: tab('compare'),
      text: () => {
        const [few = 0, many = 0] = [counts()[0], counts().at(-1)];
        return `With ${count(few)} images of each task FS-Merge is right on ${shareWith('fs-merge', few)} and distillation on ${shareWith('distillation', few)}. With ${count(many)} it is ${shareWith('fs-merge', many)} and ${shareWith('distillation', many)}. FS-Merge is ahead at ${count(wins())} of ${count(counts().length)} numbers of images. The dotted line is the average: ${jointShare(finished('average'))}, without any image.`;
      },
    },
    {
      target: `${places.growth} summary`,
      show: tab('compare'),
      text: () =>
        'The numbers are in the table below the chart. They are of one draw of images: another seed, in card 3, moves both lines, most of all where images are few.',
    },
  ],
};
