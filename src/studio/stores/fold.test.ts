import { beforeEach, describe, expect, it } from 'vitest';
import { advanceFold, pauseFold, playFold, playOrPause, scrubFold, setSpeed, showPicture, useFold } from './fold.ts';

const state = () => useFold.getState();

beforeEach(() => useFold.setState({ shown: true, at: 0, playing: null, direction: 1, speed: 1 }));

describe('the fold', () => {
  it('moves from one end to the other in four seconds and stops there', () => {
    playFold(1, false);
    advanceFold(1);
    expect(state()).toMatchObject({ at: 0.25, playing: 1 });
    advanceFold(10);
    expect(state()).toMatchObject({ at: 1, playing: null });
    advanceFold(1);
    expect(state().at).toBe(1);
  });

  it('is slower and faster, and runs backwards', () => {
    scrubFold(0.5);
    setSpeed(0.5);
    playFold(-1, false);
    advanceFold(1);
    expect(state().at).toBe(0.375);
    setSpeed(2);
    advanceFold(0.5);
    expect(state().at).toBe(0.125);
  });

  it('begins once more where it has ended', () => {
    scrubFold(1);
    playFold(1, false);
    expect(state()).toMatchObject({ at: 0, playing: 1 });
  });

  it('by one key folds, pauses, goes on the same way, and unfolds', () => {
    playOrPause(false);
    advanceFold(1);
    playOrPause(false);
    expect(state()).toMatchObject({ at: 0.25, playing: null });
    playOrPause(false);
    expect(state().playing).toBe(1);
    advanceFold(4);
    playOrPause(false);
    advanceFold(1);
    expect(state()).toMatchObject({ at: 0.75, playing: -1 });
  });

  it('without motion is at the end at once, and still moves by hand', () => {
    playOrPause(true);
    expect(state()).toMatchObject({ at: 1, playing: null });
    playOrPause(true);
    expect(state()).toMatchObject({ at: 0, playing: null });
    scrubFold(0.3);
    expect(state().at).toBe(0.3);
  });

  it('stands still when it is paused, moved by hand or hidden', () => {
    for (const stop of [pauseFold, () => scrubFold(0.4), () => showPicture(false)]) {
      useFold.setState({ at: 0.2 });
      playFold(1, false);
      stop();
      expect(state().playing).toBeNull();
    }
    expect(state().shown).toBe(false);
  });
});
