/** Inputs that have failed once: each is read again in every test. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { NamedBytes } from './drop.ts';

const folder = 'fuzz/corpus';

interface Kept {
  reader: string;
  /** What was wrong when it was kept. */
  problem: string;
  files: { name: string; base64: string }[];
}

export function keep(reader: string, problem: string, files: readonly NamedBytes[], name: string): string {
  const kept: Kept = {
    reader,
    problem: problem.slice(0, 500),
    files: files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') })),
  };
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/${reader}-${name}.json`;
  writeFileSync(path, `${JSON.stringify(kept, null, 2)}\n`);
  return path;
}

export const corpus = (): { path: string; reader: string; files: NamedBytes[] }[] =>
  readdirSync(folder)
    .filter((path) => path.endsWith('.json'))
    .map((path) => {
      const { reader, files } = JSON.parse(readFileSync(`${folder}/${path}`, 'utf8')) as Kept;
      return {
        path,
        reader,
        files: files.map(({ name, base64 }) => ({ name, bytes: new Uint8Array(Buffer.from(base64, 'base64')) })),
      };
    });
