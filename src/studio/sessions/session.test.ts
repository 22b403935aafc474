import { describe, expect, it } from 'vitest';
import { Workspace } from '../../engine/workspace.ts';
import type { TrainingPoint } from '../../worker/protocol.ts';
import { sessionMethods } from '../../worker/sessions.ts';
import { defaultBaselines, defaultFsMerge, emptyDraft, settingKey } from '../recipe/draft.ts';
import type { Run } from '../runs/run.ts';
import { score, testRecipe, testRun } from '../runs/testing.ts';
import type { Visit } from './pack.ts';
import { packSession, sessionText } from './pack.ts';
import type { There } from './unpack.ts';
import { unpackSession } from './unpack.ts';

const worker = sessionMethods(new Workspace());
const throughFile = (text: string) => worker.readSession(new File([text], 'mine.fsmerge.json'));

const points = (count: number): TrainingPoint[] =>
  Array.from({ length: count }, (_, step) => ({
    step,
    losses: [Math.fround(1 / (step + 1))],
    rate: Math.fround(1e-3),
  }));

const trained: Run = testRun('r1', {
  name: 'quiet heron',
  started: 1000,
  state: 'done',
  steps: 50,
  points: points(50),
  accuracy: [{ step: 50, score: score(0.5, 0.75) }],
  validation: [{ step: 50, losses: [Number.NaN], perTask: [0.5, 0.25] }],
  visible: false,
  result: {
    method: 'fs-merge',
    score: score(0.5, 0.75),
    reconstruction: [0.25, null],
    seconds: 1.5,
    learnable: 10,
    steps: 50,
    merged: { kind: 'mlp', inputs: 4, widths: [3], activation: 'relu', classes: 4 },
  },
});
const average = testRun('r2', {
  name: 'Average',
  started: 2000,
  origin: 'comparison',
  recipe: testRecipe(defaultBaselines.average),
  state: 'failed',
  error: { kind: 'run', message: 'It failed.', advice: 'Go on.' },
});

const draft = {
  ...emptyDraft,
  sources: testRecipe().sources.map((source, index) => ({ ...source, colour: index + 3, imagesByHand: index === 0 })),
  method: 'slerp' as const,
  fsMerge: { ...defaultFsMerge, rank: 3 },
  baselines: { ...defaultBaselines, slerp: { name: 'slerp' as const, t: 0.25 } },
};
const key = settingKey(testRecipe());

const visit: Visit = {
  draft,
  runs: [trained, average],
  selected: 'r1',
  sourceScores: { [key]: [{ ...score(1, 0.5), reconstruction: [0, 0.5] }, null] },
  refused: { [key]: { ties: 'There is no base.' } },
  fileOf: (name) => ({ name, bytes: 10, fingerprint: `print of ${name}` }),
};

const nothing: There = { runs: [], loaded: new Map(), idFor: () => 'new' };

describe('a session', () => {
  it.each(['a file', 'the browser'])('comes back from %s as it was', async (place) => {
    const session = packSession(visit);
    const read = await (place === 'a file'
      ? throughFile(sessionText(session))
      : worker.readSession(structuredClone(session)));
    let started = 0;
    const back = unpackSession(read, { ...nothing, idFor: () => `new ${started++}` });
    expect(back.draft).toEqual(draft);
    expect(back.runs).toEqual([
      { ...trained, id: 'new 0', restored: true },
      { ...average, id: 'new 1', restored: true },
    ]);
    expect(back).toMatchObject({ selected: 'new 0', sourceScores: visit.sourceScores, refused: visit.refused });
    expect(back.files.map(({ name }) => name)).toEqual(['digits.pt', 'clothes.pt', 'mnist.npz']);
  });

  it('keeps what a run under way has measured, as stopped; not what only prepares, nor a file to look at', async () => {
    const runs = [
      testRun('a', { state: 'running', points: points(2) }),
      testRun('b', { state: 'preparing' }),
      testRun('c', { state: 'done', origin: 'file' }),
    ];
    const session = packSession({ ...visit, runs });
    expect(session.runs.map(({ name, state }) => [name, state])).toEqual([['a', 'stopped']]);
  });

  it('is small: 100,000 steps take less than 2 MB, and only new ones are packed again', async () => {
    const long = points(100_000);
    const text = sessionText(packSession({ ...visit, runs: [{ ...trained, points: long.slice(0, 60_000) }] }));
    const whole = sessionText(packSession({ ...visit, runs: [{ ...trained, points: long }] }));
    expect(whole.length).toBeGreaterThan(text.length);
    expect(whole.length).toBeLessThan(2e6);
    const [run] = unpackSession(await throughFile(whole), nothing).runs;
    expect(run?.points).toEqual(long);
  });

  it('does not bring a run twice, nor two of one name', async () => {
    const session = packSession(visit);
    const again = unpackSession(session, { ...nothing, runs: [trained] });
    expect(again.runs.map(({ name }) => name)).toEqual(['Average']);
    expect(again.selected).toBe('r1');
    const other = { ...trained, started: 5 };
    expect(unpackSession(session, { ...nothing, runs: [other] }).runs.map(({ name }) => name)).toEqual([
      'quiet heron 2',
      'Average',
    ]);
  });

  it('takes no loaded file for another of its name, and knows its own under another name', () => {
    const loaded = new Map([
      ['digits.pt', 'something else'],
      ['renamed.pt', 'print of clothes.pt'],
      ['mnist.npz', 'print of mnist.npz'],
    ]);
    const { draft: back, runs, sourceScores, files } = unpackSession(packSession(visit), { ...nothing, loaded });
    expect(back.sources.map(({ file }) => file)).toEqual(['digits.pt (2)', 'renamed.pt']);
    expect(runs[0]?.recipe.sources.map(({ file }) => file)).toEqual(['digits.pt (2)', 'renamed.pt']);
    expect(Object.keys(sourceScores)).toEqual([settingKey(runs[0]?.recipe ?? testRecipe())]);
    expect(files[0]).toEqual({ name: 'digits.pt (2)', bytes: 10, fingerprint: 'print of digits.pt' });
  });

  it('says what is wrong with a file', async () => {
    const text = sessionText(packSession(visit));
    const refusal = (damaged: string) => throughFile(damaged).catch((error: Error) => error.message);
    expect(await refusal(text.slice(0, -20))).toBe(
      'mine.fsmerge.json is no session that can be opened: it is no whole JSON file.',
    );
    expect(await refusal(text.replace('"fsMergeSession":1', '"fsMergeSession":2'))).toBe(
      'mine.fsmerge.json was saved by a newer studio.',
    );
    expect(await refusal(text.replace('"seconds":1.5', '"seconds":"long"'))).toContain('runs.0.result.seconds: ');
    expect(await refusal(text.replace('"width":1', '"width":2'))).toContain(
      'unequal numbers of steps, rates and losses',
    );
  });
});
