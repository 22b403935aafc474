/** What names of files tell: the folder, the kind, and whether images are for training or for testing. */

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folder, with its last slash; "" when there is none. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** Hidden files and what macOS adds to archives. */
export const isHidden = (path: string): boolean => /(^|\/)(\.|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/.test(path);

const mimeTypes: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['bmp', 'image/bmp'],
  ['avif', 'image/avif'],
]);

/** MIME type of an image by its name's ending; null when it is none that browsers decode. */
export const imageTypeOf = (path: string): string | null =>
  mimeTypes.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase()) ?? null;

export const isImagePath = (path: string): boolean => !isHidden(path) && imageTypeOf(path) !== null;

export type Part = 'train' | 'validation' | 'test';

const partWords: Readonly<Record<Part, string>> = {
  train: 'train|training',
  validation: 'val|valid|validation|dev',
  test: 'test|testing|t10k|eval',
};
const asWord = (words: string, flags: string) => new RegExp(`(?<![a-z])(?:${words})(?![a-z])`, flags);
const partPatterns = Object.entries(partWords).map(([part, words]) => [part as Part, asWord(words, 'i')] as const);
const anyPart = asWord(Object.values(partWords).join('|'), 'gi');

/** The part that a file or folder name has a word of: "t10k-images-idx3-ubyte" is for testing. */
export const partOf = (name: string): Part | null =>
  partPatterns.find(([, pattern]) => pattern.test(name))?.[0] ?? null;

/** A path without the words of its part: the same for files that belong together. */
export const withoutPart = (path: string): string => path.replace(anyPart, '');

/** Names in the order that people expect: "class 2" before "class 10". */
export const inNaturalOrder = (names: Iterable<string>): string[] =>
  [...names].sort(new Intl.Collator('en', { numeric: true }).compare);
