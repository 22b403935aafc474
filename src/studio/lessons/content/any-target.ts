import { tasks } from '../facts.ts';
import { press, read } from '../hands.ts';
import type { Lesson } from '../lesson.ts';
import { picture, places, unfold } from '../places.ts';

const line = (index: number): string => `[data-testid=theory] > :nth-child(${index})`;

const section = () => document.querySelector<HTMLDetailsElement>(places.theory);
const isShown = (): boolean => document.querySelector(line(1)) !== null;
const isReadyToCheck = (): boolean => document.querySelector<HTMLButtonElement>(places.check)?.disabled === false;

/** Goes back to what a person may have folded again. */
function showTheory(): void {
  unfold('method')();
  requestAnimationFrame(() => {
    if (section()?.open === false) press(`${places.theory} summary`);
  });
}

export const anyTarget: Lesson = {
  recipe: 'mlp',
  steps: [
    {
      target: places.picture,
      show: picture,
      text: () =>
        `Which networks can M and U fold to at all? Take away as much as possible: let ${tasks()[1]} give nothing, and let U change nothing. What is left of a layer is W̃ = M₁ᵀ W₁: a free matrix times the weight of ${tasks()[0]}.`,
    },
    {
      target: `${places.theory} summary`,
      show: unfold('method'),
      text: () => 'The studio can check this on the sources themselves. Open “Theory, checked on these sources”.',
      until: () => section()?.open === true,
      doIt: () => () => press(`${places.theory} summary`),
    },
    {
      target: places.check,
      show: showTheory,
      text: () =>
        `Press Check. The target W* is the weight of the other source, ${tasks()[1]}, at the layer that is chosen here.`,
      until: isShown,
      doIt: () => (isReadyToCheck() ? () => press(places.check) : null),
    },
    {
      target: line(1),
      show: showTheory,
      text: () =>
        `As long as W₁ can be inverted, M₁ = (W* W₁⁻¹)ᵀ folds to the target exactly. On this layer the fold is ${read(`${line(1)} dd`)}, relative to the size of W*: that is rounding, nothing else.`,
    },
    {
      target: line(2),
      show: showTheory,
      text: () =>
        `Without an inverse it fails. With W₁ cut to half its rank the fold is ${read(`${line(2)} dd`)}: a product never has more rank than its factors.`,
    },
    {
      target: line(3),
      show: showTheory,
      text: () =>
        `Known merges are such choices too. Git Re-Basin, written as M and U, folds to its own formula: ${read(`${line(3)} dd`)}.`,
    },
    {
      target: line(4),
      show: showTheory,
      text: () =>
        `And so does RegMean: ${read(`${line(4)} dd`)}. All of these lie in what FS-Merge searches; training only has to find a good one.`,
    },
  ],
};
