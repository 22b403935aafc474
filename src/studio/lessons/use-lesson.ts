/** A lesson as it goes: its recipe is loaded, the step's target is marked, and what is said follows the page. */
import { useEffect, useState } from 'react';
import { openDemo } from '../actions/demo.ts';
import { useFiles } from '../stores/files.ts';
import { scrubFold } from '../stores/fold.ts';
import { useRuns } from '../stores/runs.ts';
import { openCards, showTab, useUi } from '../stores/ui.ts';
import { busy } from './facts.ts';
import type { Lesson, Step } from './lesson.ts';

/** The page is looked at so often, in milliseconds. */
const pulse = 150;
const settlingPulses = 6;

export type Readiness = 'waiting' | 'loading' | 'ready' | 'failed';

/** Loads the lesson's recipe as soon as nothing else is under way. */
export function usePrepared(lesson: Lesson): Readiness {
  const [readiness, setReadiness] = useState<Readiness>('waiting');
  useEffect(() => {
    let current = true;
    setReadiness('waiting');
    const timer = setInterval(() => {
      if (useUi.getState().backend === null || useFiles.getState().loading !== null || busy()) return;
      clearInterval(timer);
      setReadiness('loading');
      void openDemo(lesson.recipe).then((recipe) => {
        if (!current) return;
        if (recipe) clearStage();
        setReadiness(recipe ? 'ready' : 'failed');
      });
    }, pulse);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [lesson]);
  return readiness;
}

/** Earlier runs stay, but the stage shows the recipe. */
function clearStage(): void {
  useRuns.setState({ selected: null });
  scrubFold(0);
  showTab('training');
  openCards({ sources: false, images: false, method: false, run: true });
}

export interface Now {
  text: string;
  /** Whether the lesson can go on. */
  met: boolean;
  /** Whether the button that does the step can be pressed. */
  able: boolean;
}

/** What holds on the page for this step, looked at again and again. Marks the target, and brings it into sight when it comes. */
export function useStep(step: Step | null): Now {
  const [now, setNow] = useState<Now>(nothing);
  useEffect(() => {
    if (!step) return;
    step.show?.();
    let marked: Element | null = null;
    let settling = 0;
    const look = () => {
      const next = targetOf(step);
      if (next !== marked) {
        unmark(marked);
        marked = next;
        marked?.setAttribute(attribute, '');
        settling = settlingPulses;
      }
      // What unfolds beside it may move it away again.
      if (settling-- > 0) bringIntoSight(marked);
      const { text, met, able } = stateOf(step);
      setNow((before) =>
        before.text === text && before.met === met && before.able === able ? before : { text, met, able },
      );
    };
    look();
    const timer = setInterval(look, pulse);
    return () => {
      clearInterval(timer);
      unmark(marked);
    };
  }, [step]);
  return now;
}

const nothing: Now = { text: '', met: false, able: false };

const stateOf = ({ text, until, doIt }: Step): Now => ({
  text: text().trim(),
  met: until?.() ?? true,
  able: doIt?.() != null,
});

const targetOf = ({ target }: Step): Element | null =>
  document.querySelector(typeof target === 'string' ? target : target());

const attribute = 'data-lesson-target';

function bringIntoSight(element: Element | null): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element?.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: calm ? 'auto' : 'smooth' });
}

const unmark = (element: Element | null): void => element?.removeAttribute(attribute);
