/** The words after a benchmark's name: what of it to run. */

/** Those of `all` that are named, in the order of `all`; all of them where none is. */
export function chosen<T extends string>(words: readonly string[], all: readonly T[], usual: readonly T[] = all): T[] {
  const named = all.filter((one) => words.includes(one));
  return named.length > 0 ? named : [...usual];
}

/** Number of an option like `--rounds=5`. */
export function option(words: readonly string[], name: string, usual: number): number {
  const word = words.find((one) => one.startsWith(`--${name}=`));
  const value = word ? Number(word.slice(name.length + 3)) : usual;
  if (!(value > 0)) throw new Error(`--${name} needs a number above 0`);
  return value;
}

/** `--minutes 5` as `--minutes=5`. */
export const joined = (words: readonly string[]): string[] =>
  words
    .join(' ')
    .replace(/(--\w+) (?=\w)/g, '$1=')
    .split(' ')
    .filter(Boolean);

/** Refuses words that mean nothing. */
export function refuseOthers(words: readonly string[], known: readonly string[], options: readonly string[]): void {
  const unknown = words.find(
    (word) => !known.includes(word) && word !== '--write' && !options.some((name) => word.startsWith(`--${name}=`)),
  );
  if (unknown) throw new Error(`${unknown} means nothing here; there are ${known.join(', ')}`);
}

/** The command that was typed. */
export const command = (name: string, words: readonly string[]): string => {
  const typed = words.filter((word) => word !== '--write');
  return `npm run bench:${name}${typed.length > 0 ? ` -- ${typed.join(' ')}` : ''}`;
};
