import { useEffect, useRef } from 'react';
import { leaveLesson, openLesson } from '../actions/lesson.ts';
import { isTaken } from '../actions/shortcuts.ts';
import { IconButton } from '../components/IconButton.tsx';
import { useLesson } from '../stores/lesson.ts';
import { useUi } from '../stores/ui.ts';
import '../styles/panels/guide.css';
import type { Control } from '../text/controls/control.ts';
import { ariaKeys, tooltip } from '../text/controls/control.ts';
import { lessonControls, nextLesson } from '../text/controls/dialogs.ts';
import { lessons } from './content/lessons.ts';
import type { Step } from './lesson.ts';
import type { LessonId } from './titles.ts';
import { lessonTitles } from './titles.ts';
import type { Readiness } from './use-lesson.ts';
import { usePrepared, useStep } from './use-lesson.ts';

/** The lesson that is open, below the page: what it says, and the way through it. */
export function Guide({ id }: { id: LessonId }) {
  const lesson = lessons[id];
  const { steps } = lesson;
  const readiness = usePrepared(lesson);
  const at = useLesson((state) => state.step);
  const step = readiness === 'ready' ? (steps[at] ?? null) : null;
  const now = useStep(step);
  const heading = useRef<HTMLHeadingElement>(null);
  const place = lessonTitles.findIndex((one) => one.id === id);
  const following = lessonTitles[place + 1];
  const last = at === steps.length - 1;
  const canGoOn = step !== null && now.met;
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a button that had the focus may be gone with its step
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [at]);
  const goOn = () => {
    if (!canGoOn) return;
    if (last) leaveLesson();
    else useLesson.setState({ step: at + 1 });
  };
  const goBack = () => useLesson.setState({ step: Math.max(0, at - 1) });
  useKeys([
    [lessonControls.next, goOn],
    [lessonControls.back, goBack],
    [lessonControls.leave, leaveLesson],
  ]);
  const words = step ? unbroken(now.text) : readinessWords[readiness];
  return (
    <aside className="guide" aria-labelledby="guide-title" data-testid="lesson" data-lesson={id}>
      <header>
        <h2 id="guide-title" ref={heading} tabIndex={-1}>
          {lessonTitles[place]?.title}
        </h2>
        <p className="quiet" data-testid="lesson-place">
          step {at + 1} of {steps.length}
        </p>
        <ol className="guide-dots" aria-hidden="true">
          {steps.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
            <li key={index} data-done={index < at || undefined} data-current={one === step || undefined} />
          ))}
        </ol>
      </header>
      <p className="guide-text" data-testid="lesson-text">
        {words}
      </p>
      <Announcement step={step} words={words} met={canGoOn} />
      <div className="guide-buttons">
        {step?.doIt && (
          <button
            type="button"
            className="button"
            data-testid="lesson-do"
            title={tooltip(lessonControls.doIt)}
            aria-disabled={!now.able || now.met}
            onClick={() => !now.met && void step.doIt?.()?.()}
          >
            {lessonControls.doIt.label}
          </button>
        )}
        <button
          type="button"
          className="button"
          aria-keyshortcuts={ariaKeys(lessonControls.back)}
          title={tooltip(lessonControls.back)}
          aria-disabled={at === 0}
          onClick={goBack}
        >
          {lessonControls.back.label}
        </button>
        <button
          type="button"
          className="button primary"
          data-testid="lesson-next"
          aria-keyshortcuts={ariaKeys(lessonControls.next)}
          aria-disabled={!canGoOn}
          title={canGoOn ? tooltip(last ? lessonControls.finish : lessonControls.next) : 'First do what the step says'}
          onClick={goOn}
        >
          {(last ? lessonControls.finish : lessonControls.next).label}
        </button>
        {last && following && (
          <button type="button" className="button" onClick={() => openLesson(following.id)}>
            {nextLesson(following.title)}
          </button>
        )}
        <IconButton
          icon="close"
          label={lessonControls.leave.label}
          aria-keyshortcuts={ariaKeys(lessonControls.leave)}
          onClick={leaveLesson}
        />
      </div>
    </aside>
  );
}

const readinessWords: Record<Readiness, string> = {
  waiting: 'This lesson begins as soon as nothing else is under way.',
  loading: 'Fetching the networks and images of this lesson …',
  ready: '',
  failed: 'The networks and images of this lesson could not be read; the page says why.',
};

/** "0–4" stays in one line. */
const unbroken = (text: string): string => text.replace(/(\d)–(\d)/g, '$1\u2060–\u2060$2');

/** Each step once for screen readers, and that it is done; numbers that change on the way are not read again. */
function Announcement({ step, words, met }: { step: Step | null; words: string; met: boolean }) {
  const said = useRef<{ step: Step | null; words: string }>({ step: null, words: '' });
  if (said.current.step !== step || said.current.words === '') said.current = { step, words };
  return (
    <p className="only-read" aria-live="polite">
      {said.current.words}
      {step?.until && met && ' Done: the lesson can go on.'}
    </p>
  );
}

/** Keys of the lesson, where they mean nothing else. */
function useKeys(keys: readonly (readonly [Control, () => void])[]): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const [, does] = latest.current.find(([control]) => control.keys?.includes(event.key)) ?? [];
      if (!does || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (useUi.getState().help || isTaken(event.target, event.key) || isInMenu(event.target)) return;
      event.preventDefault();
      does();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

/** Where Escape closes something else. */
const isInMenu = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('.menu, dialog') !== null;
