/** The classes of all tasks together, in words. */
import type { Recipe } from '../../engine/recipe.ts';
import type { ImagesInfo } from '../../worker/protocol.ts';

export interface JointClass {
  /** Place of the task. */
  task: number;
  /** "Sneaker", or the label as a number. */
  label: string;
  /** The same, with the task before it where another task has a class of that name. */
  name: string;
}

/** Every class of the joint head, in its order. `images`: what is loaded, by id. */
export function jointClasses(
  { sources }: Recipe,
  images: Readonly<Record<string, Pick<ImagesInfo, 'labels'>>>,
): JointClass[] {
  const classes = sources.flatMap(({ images: own }, task) => {
    const known = new Map(own ? images[own.file]?.labels.map(({ label, name }) => [label, name]) : []);
    return (own?.labels ?? []).map((label) => ({ task, label: known.get(label) ?? String(label) }));
  });
  const seen = new Map<string, number>();
  for (const { label } of classes) seen.set(label, (seen.get(label) ?? 0) + 1);
  return classes.map(({ task, label }) => ({
    task,
    label,
    name: seen.get(label) === 1 ? label : `${sources[task]?.name} · ${label}`,
  }));
}
