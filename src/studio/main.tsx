import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { watchRecipe } from './actions/check.ts';
import { openLessonOfAddress } from './actions/lesson.ts';
import { keepOffline, takeLaunchedFiles } from './actions/offline.ts';
import { listenToKeys } from './actions/shortcuts.ts';
import { fetchParts } from './components/later.tsx';
import { painted, quiet } from './moments.ts';
import { listenForMistakes, recoverWith, startSession } from './session.ts';
import { watchEdits } from './stores/history.ts';
import './styles/index.css';

listenForMistakes();
recoverWith(async () => (await import('./actions/recover.ts')).recovery());
watchRecipe();
watchEdits();
listenToKeys();
takeLaunchedFiles();
openLessonOfAddress();

const root = document.getElementById('studio');
if (!root) throw new Error('the page has no place for the studio');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
void startTheRest();

/** What can wait until the page can be seen and used, the most urgent first. */
async function startTheRest(): Promise<void> {
  await painted();
  // What the address or an earlier visit brings.
  void import('./sessions/start.ts').then(({ startSessions }) => startSessions());
  await startSession();
  await fetchParts();
  await quiet();
  await keepOffline();
}
