/** What a lesson is: a recipe, and steps that point at real parts of the page. */
import type { DemoRecipe } from '../actions/demo.ts';

export interface Step {
  /** CSS selector of what it points at, right now. */
  target: string | (() => string);
  /** What is said; numbers are read from the page each time. */
  text: () => string;
  /** Brings the target into being: unfolds its card, shows its tab. */
  show?: () => void;
  /** Whether the lesson can go on; without it nothing has to be done. */
  until?: () => boolean;
  /** Does what the step asks for, as a person would. Null while it cannot be done. */
  doIt?: () => (() => unknown) | null;
}

export interface Lesson {
  recipe: DemoRecipe;
  steps: readonly Step[];
}
