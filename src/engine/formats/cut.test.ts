import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { StudioError } from '../errors.ts';
import { namedSource } from '../tensors/byte-source.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { readCheckpoint } from './detect.ts';
import { cut, expectSameWeights, fixture, readAll } from './testing.ts';

const folder = new URL('../../../fixtures/formats/', import.meta.url);
const filesIn = (path: string): string[] =>
  readdirSync(new URL(path, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(`${path}${entry.name}/`) : [path + entry.name],
  );

/** What is no checkpoint. */
const others = /\.md$|expected\.json$|config\.json$/;
/** The file that names the others in its folder. */
const leaders: Record<string, string> = { 'sharded/': 'model.safetensors.index.json', 'tfjs/': 'model.json' };

const files = filesIn('').filter((path) => !others.test(path));

/** Reads a file, or the one that leads to it, with `given` in its place. */
async function outcomeOf(path: string, given: File): Promise<Map<string, Weight> | StudioError> {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  const besides =
    directory === ''
      ? []
      : filesIn(directory)
          .filter((other) => other !== path)
          .map(fixture);
  const all = [given, ...besides];
  const leader = all.find(({ name }) => name === leaders[directory]) ?? given;
  const beside = new Map(all.map((file) => [file.name, namedSource(file)]));
  try {
    return await readAll(await readCheckpoint(leader, beside));
  } catch (error) {
    if (error instanceof StudioError) return error;
    throw error;
  }
}

describe('a file that is cut off at any of 20 places gives an error for people, or all that is in it', () => {
  it.each(files)('%s', async (path) => {
    const file = fixture(path);
    const whole = await outcomeOf(path, file);
    let refused = 0;
    for (let place = 1; place <= 20; place++) {
      const outcome = await outcomeOf(path, cut(file, Math.floor((file.size * place - 1) / 20)));
      if (outcome instanceof StudioError) refused++;
      else if (whole instanceof StudioError) expect.fail(`read, though the whole is refused: ${whole.message}`);
      else expectSameWeights(outcome, whole);
    }
    expect(refused).toBeGreaterThan(0);
  });
});
