import type { Lesson } from '../lesson.ts';
import type { LessonId } from '../titles.ts';
import { anyTarget } from './any-target.ts';
import { averaging } from './averaging.ts';
import { fewImages } from './few-images.ts';
import { folding } from './folding.ts';
import { matrices } from './matrices.ts';
import { startsSideBySide } from './starts.ts';

export const lessons: Record<LessonId, Lesson> = {
  averaging,
  matrices,
  folding,
  'few-images': fewImages,
  starts: startsSideBySide,
  'any-target': anyTarget,
};
