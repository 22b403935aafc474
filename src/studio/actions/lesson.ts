/** Opening and leaving lessons; `?lesson=` in the address says which one is open. */
import type { LessonId } from '../lessons/titles.ts';
import { lessonTitles } from '../lessons/titles.ts';
import { useLesson } from '../stores/lesson.ts';
import { notify, useUi } from '../stores/ui.ts';

const query = 'lesson';

export function openLesson(id: LessonId): void {
  useUi.setState({ help: false });
  useLesson.setState({ id, step: 0 });
  setQuery(id);
}

export function leaveLesson(): void {
  useLesson.setState({ id: null, step: 0 });
  setQuery(null);
}

/** Opens what the address asks for; tells of what does not exist. */
export function openLessonOfAddress(): void {
  const asked = new URLSearchParams(location.search).get(query);
  if (asked === null) return;
  const found = lessonTitles.find(({ id }) => id === asked);
  if (found) openLesson(found.id);
  else tellUnknown(asked);
}

function tellUnknown(asked: string): void {
  setQuery(null);
  notify('page', {
    kind: 'recipe',
    message: `There is no lesson “${asked}”.`,
    advice: `Lessons are ${lessonTitles.map(({ id }) => id).join(', ')}; the help lists them too.`,
    subject: asked,
  });
}

function setQuery(id: LessonId | null): void {
  const address = new URL(location.href);
  if (id === null) address.searchParams.delete(query);
  else address.searchParams.set(query, id);
  history.replaceState(history.state, '', address);
}
