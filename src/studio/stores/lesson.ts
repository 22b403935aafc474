/** The lesson that is open, and how far it is. */
import { create } from 'zustand';
import type { LessonId } from '../lessons/titles.ts';

interface LessonState {
  id: LessonId | null;
  /** Place of the step in the lesson. */
  step: number;
}

export const useLesson = create<LessonState>(() => ({ id: null, step: 0 }));
