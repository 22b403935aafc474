/** What dragged things will be taken for, as far as the browser tells before they are dropped. */
import { plural } from './numbers.ts';

interface Kind {
  is(type: string): boolean;
  one: string;
  many: string;
}

/** By MIME type; checkpoints, folders and most data files have none that browsers know. */
const kinds: readonly Kind[] = [
  { is: (type) => type.startsWith('image/'), one: 'image', many: 'images' },
  { is: (type) => /zip|tar$/.test(type), one: 'archive of images', many: 'archives of images' },
  { is: (type) => /csv|tab-separated/.test(type), one: 'table of pixels', many: 'tables of pixels' },
  { is: (type) => type.endsWith('json'), one: 'config or index', many: 'configs or indexes' },
  { is: (type) => type.startsWith('text/'), one: 'list of class names', many: 'lists of class names' },
  { is: () => true, one: 'checkpoint, data file or folder', many: 'checkpoints, data files or folders' },
];

/** One sentence on what files of these MIME types ("" where there is none) look like. */
export function describeDrag(types: readonly string[]): string {
  if (types.length === 0) return 'Drop checkpoints, images, folders and the files beside them anywhere.';
  const counts = new Map<Kind, number>();
  for (const type of types) {
    const kind = kinds.find(({ is }) => is(type.toLowerCase()));
    if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const parts = [...counts].map(([{ one, many }, count]) => plural(count, one, many));
  const last = parts.pop();
  return `Drop to read ${parts.length > 0 ? `${parts.join(', ')} and ${last}` : last}.`;
}
