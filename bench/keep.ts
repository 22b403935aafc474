/** Prints what a benchmark measured, and puts it in its place on a page of docs. */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** What a section was measured with. */
export interface Measurement {
  /** As in the markers of the page: `<!-- measured: id -->` … `<!-- end: id -->`. */
  id: string;
  /** What has to be typed to measure it again. */
  command: string;
  /** Where it ran: label of the backend, version of the browser. */
  where: string;
  /** Milliseconds since the epoch. */
  started: number;
}

/** Prints a section and how it came about; with `--write` it takes the place of its last one on the page. */
export async function report(
  page: string,
  words: readonly string[],
  { id, command, where, started }: Measurement,
  text: string,
): Promise<void> {
  const minutes = ((Date.now() - started) / 60_000).toFixed(1);
  const section = `Commit ${commit()}, ${machine()}, ${where}, ${minutes} min: \`${command}\`.\n\n${text}`;
  console.log(`${section}\n`);
  if (words.includes('--write')) await keep(page, id, section);
}

export async function keep(page: string, id: string, section: string): Promise<void> {
  const [begin, end] = [`<!-- measured: ${id} -->`, `<!-- end: ${id} -->`];
  const text = await readFile(page, 'utf8');
  const [before, after] = [text.split(begin)[0], text.split(end)[1]];
  if (before === undefined || after === undefined) throw new Error(`${page} has no place for ${id}`);
  await writeFile(page, `${before}${begin}\n\n${section}\n\n${end}${after}`);
}

const git = (...words: string[]): string => execFileSync('git', words, { encoding: 'utf8' }).trim();

/** Short name of the commit, with a plus where files of the engine have changed since. */
export const commit = (): string =>
  git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', 'src') === '' ? '' : '+');

export const machine = (): string => `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;

export const page = 'docs/performance.md';
