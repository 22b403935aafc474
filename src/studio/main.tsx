import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { watchRecipe } from './actions/check.ts';
import { listenToKeys } from './actions/shortcuts.ts';
import { listenForMistakes, startSession } from './session.ts';
import './styles/index.css';

listenForMistakes();
void startSession();
watchRecipe();
listenToKeys();

const root = document.getElementById('studio');
if (!root) throw new Error('the page has no place for the studio');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
