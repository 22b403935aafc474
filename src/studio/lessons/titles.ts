/** The lessons by name: all that the page knows of them until one is opened. */
export const lessonTitles = [
  { id: 'averaging', title: 'Why averaging fails' },
  { id: 'matrices', title: 'What M and U do' },
  { id: 'folding', title: 'Folding' },
  { id: 'few-images', title: 'Few images, and distillation' },
  { id: 'starts', title: 'Initialisations side by side' },
  { id: 'any-target', title: 'Any target can be reached' },
] as const;

export type LessonId = (typeof lessonTitles)[number]['id'];
