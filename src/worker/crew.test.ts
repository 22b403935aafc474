import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { contextOf, fsMergeOptions, randomModels, runMerge } from '../engine/merging/fs-merge/testing.ts';
import { smallVit } from '../engine/testing/models.ts';
import { useNodeBackend, wasmPaths } from '../engine/testing/node.ts';
import type { Crew } from '../engine/training/crew.ts';
import type { ConnectedMember } from './crew.ts';
import { threadsHere, workerCrew } from './crew.ts';
import type { MemberApi } from './member.ts';
import { createMember } from './member.ts';

beforeAll(() => useNodeBackend('wasm'));

let ended = 0;

/** A member in this thread. */
const member = (changes: Partial<MemberApi> = {}): ConnectedMember => ({
  api: { ...createMember(wasmPaths), ...changes },
  onCrash: null,
  end() {
    ended++;
  },
});

/** A crew that thinks every step worth its threads. */
const eagerCrew = (connect: () => ConnectedMember, threads: number): Crew => ({
  ...workerCrew(connect, threads),
  sizeFor: () => threads - 1,
});

const models = randomModels([smallVit, smallVit]);
const options = fsMergeOptions({ batchSize: 48, epochs: 3, kind: 'full' });
const context = () => contextOf(models, { images: { train: 24, validation: 0 } });

describe('a crew of workers', () => {
  it('is as large as cores and batch allow, and is not there without shared memory', () => {
    const sizes = (threads: number) =>
      [8, 16, 32, 64, 128, 1024].map((batch) => workerCrew(member, threads).sizeFor(batch, 1e12));
    expect(sizes(1)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(sizes(2)).toEqual([0, 0, 1, 1, 1, 1]);
    expect(sizes(8)).toEqual([0, 0, 1, 3, 7, 7]);
    expect([5e7, 9.9e8, 1e9, 2.5e9, 9e9].map((macs) => workerCrew(member, 8).sizeFor(128, macs))).toEqual([
      0, 0, 1, 4, 7,
    ]);
    expect(threadsHere()).toBe(1); // Node is not isolated
  });

  it('trains as one thread does, with members that start once', async () => {
    let started = 0;
    const crew = eagerCrew(() => {
      started++;
      return member();
    }, 3);
    const alone = await runMerge(context(), options);
    expect(started).toBe(0);
    const together = await runMerge({ ...context(), crew }, options);
    const again = await runMerge({ ...context(), crew }, options);
    expect(started).toBe(2);
    expect(together.losses).toHaveLength(3);
    for (const [step, loss] of together.losses.entries()) {
      expect(Math.abs(loss / (alone.losses[step] ?? Number.NaN) - 1)).toBeLessThan(1e-5);
    }
    expect(again.losses).toEqual(together.losses);
  });

  it('fails the run when a member dies, and starts new ones for the next', async () => {
    const dying: ConnectedMember = member({
      prepare: async () => {}, // so that it holds nothing in this thread
      share: () =>
        new Promise(() => {
          dying.onCrash?.(new Error('out of memory'));
        }),
    });
    const connected = [dying, member()];
    const crew = eagerCrew(() => connected.shift() as ConnectedMember, 2);
    const [tensors, before] = [tf.memory().numTensors, ended];
    await expect(runMerge({ ...context(), crew }, options)).rejects.toThrow('out of memory');
    expect(ended).toBe(before + 1);
    expect(tf.memory().numTensors).toBe(tensors);
    const { losses } = await runMerge({ ...context(), crew }, options);
    expect(losses).toHaveLength(3);
    expect(connected).toHaveLength(0);
  });
});
