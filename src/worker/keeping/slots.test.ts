import { describe, expect, it } from 'vitest';
import type { MergeState } from '../../engine/merging/merge-state.ts';
import { writeMergeState } from '../../engine/merging/merge-state-file.ts';
import { seededRandom } from '../../engine/random.ts';
import { RunKeeper } from './run-keeper.ts';
import { Slots } from './slots.ts';
import { Killed, memoryDisk } from './testing.ts';

/** A state whose every number says its step. */
function stateAt(step: number): MergeState {
  const vector = () => Float32Array.from({ length: 50 }, (_, index) => step + index / 100);
  return {
    finished: [],
    current: {
      step,
      optimisers: [{ value: vector(), mean: vector(), variance: vector(), updates: step }],
      best: { lowest: Number.POSITIVE_INFINITY, since: 0, kept: null },
      lowestLoss: 1,
      untold: [],
    },
  };
}

const noteAt = (step: number) => ({ step, steps: 100, seconds: step / 10 });
const writeAt = (slots: Slots, step: number) => slots.write(noteAt(step), writeMergeState(stateAt(step)));

describe('states in two files', () => {
  it('gives the newest, and one before a step', async () => {
    const slots = await Slots.open(await memoryDisk().root());
    expect(await slots.read()).toBeNull();
    for (const step of [3, 8, 20]) await writeAt(slots, step);
    expect(await slots.read()).toEqual({ note: { ...noteAt(20), sequence: 3 }, state: stateAt(20) });
    expect((await slots.read(20))?.note.step).toBe(8);
    expect(await slots.read(8)).toBeNull();
  });

  it('has the state before wherever a write is broken off, and goes on from there', async () => {
    const random = seededRandom(1);
    for (let trial = 0; trial < 100; trial++) {
      const disk = memoryDisk();
      const slots = await Slots.open(await disk.root());
      for (const step of [1, 2, 3]) await writeAt(slots, step);
      const size = Math.max(...Object.values(disk.sizes()));
      disk.onEnd = trial % 2 ? 'killed' : 'full';
      disk.left = Math.floor(random.uniform() * (size + 256));
      await expect(writeAt(slots, 4)).rejects.toThrow(trial % 2 ? Killed : /full/);
      disk.left = Number.POSITIVE_INFINITY;
      const again = await Slots.open(await disk.root());
      const found = await again.read();
      expect(found?.state).toEqual(stateAt(3));
      await writeAt(again, 5);
      await writeAt(again, 6);
      expect((await again.read())?.state).toEqual(stateAt(6));
      expect((await again.read(6))?.state).toEqual(stateAt(5));
    }
  });

  it('notices damage', async () => {
    const disk = memoryDisk();
    const slots = await Slots.open(await disk.root());
    for (const step of [1, 2]) await writeAt(slots, step);
    disk.damage('a.state', 400);
    expect((await slots.read())?.note.step).toBe(1);
    disk.damage('b.state', 20);
    expect(await slots.read()).toBeNull();
  });
});

describe('keeping', () => {
  /** A clock that a step and a write move on. */
  async function trainingOf(steps: number, { step, write, slots }: { step: number; write: number; slots?: Slots }) {
    let now = 0;
    let done = 0;
    const heard: { kept: number[]; share: number; unkept: string[] } = { kept: [], share: 0, unkept: [] };
    const keeper = new RunKeeper({
      slots: slots ?? null,
      bytes: 1e3,
      now: () => now,
      onKept(at, share) {
        heard.kept.push(at);
        heard.share = share;
      },
      onUnkept: (reason) => void heard.unkept.push(reason),
    });
    keeper.begin(async () => {
      now += write;
      return stateAt(done);
    }, steps);
    while (done < steps) {
      now += step;
      done++;
      await keeper.see(now / 1000, false);
    }
    return { keeper, heard };
  }

  it.each([
    { step: 10, write: 5 },
    { step: 3, write: 200 },
    { step: 2000, write: 300 },
  ])('takes a fiftieth of a long run at most: $step ms a step, $write ms a state', async ({ step, write }) => {
    const { heard } = await trainingOf(200_000 / step, { step, write });
    expect(heard.kept.length).toBeGreaterThan(3);
    expect(heard.share).toBeLessThan(0.02);
  });

  it('rests for a second at least', async () => {
    const { heard } = await trainingOf(1000, { step: 10, write: 0 });
    expect(heard.kept).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  });

  it('goes on in memory when the disk is full, and says so once', async () => {
    const disk = memoryDisk();
    const slots = await Slots.open(await disk.root());
    disk.left = 2000;
    const { keeper, heard } = await trainingOf(1000, { step: 10, write: 1, slots });
    expect(heard.unkept).toEqual(['the disk, or the part of it that this page may use, is full']);
    expect((await keeper.latest())?.note.step).toBe(heard.kept.at(-1));
    expect((await keeper.latest(heard.kept.at(-1)))?.note.step).toBe(heard.kept.at(-2));
  });

  it('keeps no numbers that have gone wrong', async () => {
    const wrong = stateAt(7);
    wrong.current.optimisers[0]?.value.fill(Number.NaN, 4, 5);
    const keeper = new RunKeeper({ slots: null, bytes: 10, onKept: () => {}, onUnkept: () => {} });
    keeper.begin(async () => wrong, 100);
    await keeper.see(1, true);
    expect(await keeper.latest()).toBeNull();
  });
});
