/** The classes of all tasks together, in words. */
import type { Recipe } from '../../engine/recipe.ts';
import type { ImagesInfo } from '../../worker/protocol.ts';

export interface JointClass {
  /** Place and name of the task. */
  task: number;
  taskName: string;
  /** "Sneaker", or the label as a number. */
  name: string;
}

/** Every class of the joint head, in its order. `images`: what is loaded, by id. */
export const jointClasses = (
  { sources }: Recipe,
  images: Readonly<Record<string, Pick<ImagesInfo, 'labels'>>>,
): JointClass[] =>
  sources.flatMap(({ name: taskName, images: own }, task) => {
    const known = new Map(own ? images[own.file]?.labels.map(({ label, name }) => [label, name]) : []);
    return (own?.labels ?? []).map((label) => ({ task, taskName, name: known.get(label) ?? String(label) }));
  });

/** "clothes · Sneaker". */
export function className(classes: readonly JointClass[], place: number): string {
  const own = classes[place];
  return own ? `${own.taskName} · ${own.name}` : `class ${place}`;
}
