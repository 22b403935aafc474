/** What an edit of the recipe changed, in a few words. */
import { differences } from '../runs/differences.ts';
import type { Draft } from './draft.ts';
import { asChosen } from './draft.ts';

/** "learning rate", "remove digits.pt"; null when nothing that a person chose is another. */
export function describeEdit(before: Draft, after: Draft): string | null {
  return describeFiles(before, after) ?? describeOption(before, after) ?? describeLooks(before, after);
}

function describeFiles({ sources: before }: Draft, { sources: after }: Draft): string | null {
  const had = before.map(({ file }) => file);
  const has = after.map(({ file }) => file);
  const added = has.filter((file) => !had.includes(file));
  const removed = had.filter((file) => !has.includes(file));
  if (added.length > 0 && removed.length > 0) return 'other sources';
  if (added.length > 0) return `add ${added.join(', ')}`;
  if (removed.length > 0) return `remove ${removed.join(', ')}`;
  return String(had) === String(has) ? null : 'order of sources';
}

const describeOption = (before: Draft, after: Draft): string | null =>
  differences([asChosen(before), asChosen(after)])[0]?.what ?? null;

function describeLooks(before: Draft, after: Draft): string | null {
  const changed = after.sources.find((source, index) => {
    const was = before.sources[index];
    return was && (was.name !== source.name || was.colour !== source.colour || was.texts !== source.texts);
  });
  const was = before.sources.find(({ file }) => file === changed?.file);
  if (!changed || !was) return JSON.stringify(before) === JSON.stringify(after) ? null : 'options';
  if (was.name !== changed.name) return `name of ${was.name}`;
  return was.colour === changed.colour ? `classes of ${changed.name}` : `colour of ${changed.name}`;
}
