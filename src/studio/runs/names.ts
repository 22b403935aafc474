/** Names for runs that are easier to tell apart than numbers. */
const manners = [
  'quiet',
  'bright',
  'early',
  'plain',
  'swift',
  'gentle',
  'keen',
  'steady',
  'warm',
  'clear',
  'late',
  'bold',
  'calm',
];
const birds = ['heron', 'wren', 'swift', 'plover', 'finch', 'tern', 'lark', 'owl', 'crane', 'robin', 'dipper'];

/** The name of the n-th run, n from 0: all different for 143 runs, then with a number. */
export function runName(n: number): string {
  const name = `${manners[n % manners.length]} ${birds[n % birds.length]}`;
  const round = Math.floor(n / (manners.length * birds.length));
  return round === 0 ? name : `${name} ${round + 1}`;
}

/** The first run name from the n-th on that nobody has. */
export function freeRunName(taken: readonly string[]): string {
  let n = taken.length;
  while (taken.includes(runName(n))) n++;
  return runName(n);
}
