/** What dragged things will be taken for, as far as the browser tells before they are dropped. */
import { plural } from './numbers.ts';

interface Kind {
  one: string;
  many: string;
}

/** Checkpoints, folders and most data files have no MIME type that browsers know. */
const untyped: Kind = {
  one: 'checkpoint, data set or folder',
  many: 'checkpoints, data sets or folders',
};

const foreign: Kind = {
  one: 'file of a kind that the studio does not know',
  many: 'files of kinds that the studio does not know',
};

/** In the order of the sentence; a type is of the first that takes it. */
const typed: readonly (Kind & { is(type: string): boolean })[] = [
  { is: (type) => type.startsWith('image/'), one: 'image', many: 'images' },
  { is: (type) => /zip|tar$/.test(type), one: 'archive of images', many: 'archives of images' },
  { is: (type) => /csv|tab-separated/.test(type), one: 'table of pixels', many: 'tables of pixels' },
  { is: (type) => type.endsWith('json'), one: 'config or index', many: 'configs or indexes' },
  { is: (type) => /^(video|audio|font)\/|pdf$|html|document$|msword/.test(type), ...foreign },
  { is: (type) => type.startsWith('text/'), one: 'list of class names', many: 'lists of class names' },
];

/** What files of these MIME types ("" where there is none) look like, and what becomes of several, in sentences. */
export function describeDrag(types: readonly string[], sources: number): string {
  if (types.length === 0) return 'Drop checkpoints, images, folders and the files beside them anywhere.';
  const counts = new Map<Kind, number>();
  for (const type of types) {
    const kind = typed.find(({ is }) => is(type.toLowerCase())) ?? untyped;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const parts = [...typed, untyped].flatMap((kind) => {
    const count = counts.get(kind);
    return count ? plural(count, kind.one, kind.many) : [];
  });
  const last = parts.pop();
  const what = `Drop to read ${parts.length > 0 ? `${parts.join(', ')} and ${last}` : last}`;
  const together = types.length > 1 ? ', together: what belongs to one another is found out' : '';
  return `${what}${together}.${sources > 0 ? ' Images on a source belong to it.' : ''}`;
}
