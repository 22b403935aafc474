/** The picture of the SuperNet: whether it is shown, and how far it is folded. */
import { create } from 'zustand';
import { recall, remember } from './memory.ts';

export type Speed = 0.5 | 1 | 2;
/** Forwards folds, backwards unfolds. */
export type Direction = 1 | -1;

interface Fold {
  shown: boolean;
  /** 0: the SuperNet; 1: one plain network. */
  at: number;
  /** Null while it stands still. */
  playing: Direction | null;
  /** Where it goes when it is played on. */
  direction: Direction;
  speed: Speed;
}

/** Seconds from one end to the other at normal speed. */
const wholeWay = 4;

export const useFold = create<Fold>(() => ({
  shown: recall('picture', ['shown', 'hidden'], 'shown') === 'shown',
  at: 0,
  playing: null,
  direction: 1,
  speed: 1,
}));

export function showPicture(shown: boolean): void {
  remember('picture', shown ? 'shown' : 'hidden');
  useFold.setState({ shown, playing: null });
}

const endOf = (direction: Direction): number => (direction === 1 ? 1 : 0);

/** Moves by itself to an end; from that end, all the way once more. Without motion it is there at once. */
export function playFold(direction: Direction, calm: boolean): void {
  const end = endOf(direction);
  if (calm) useFold.setState({ at: end, playing: null, direction });
  else useFold.setState(({ at }) => ({ at: at === end ? 1 - end : at, playing: direction, direction }));
}

export const pauseFold = (): void => useFold.setState({ playing: null });

/** Folds; pauses while it moves; goes on; from an end, back to the other. */
export function playOrPause(calm: boolean): void {
  const { at, playing, direction } = useFold.getState();
  if (playing) pauseFold();
  else playFold(at === 0 ? 1 : at === 1 ? -1 : direction, calm);
}

/** By hand. */
export const scrubFold = (at: number): void => useFold.setState({ at, playing: null });

export const setSpeed = (speed: Speed): void => useFold.setState({ speed });

/** Lets time pass. */
export function advanceFold(seconds: number): void {
  useFold.setState(({ at, playing, speed }) => {
    if (!playing) return {};
    const next = Math.min(1, Math.max(0, at + (playing * speed * seconds) / wholeWay));
    return { at: next, playing: next === endOf(playing) ? null : playing };
  });
}
