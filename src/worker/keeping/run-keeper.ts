/** Keeps the state of one run while it trains, in files where there are any, else in memory, for a small part of its time. */
import type { MergeState } from '../../engine/merging/merge-state.ts';
import { stepsOf } from '../../engine/merging/merge-state.ts';
import { writeMergeState } from '../../engine/merging/merge-state-file.ts';
import { reasonOf } from './place.ts';
import type { Kept, Slots } from './slots.ts';

/** Keeping may take this part of the time. */
const share = 0.02;
/** Shortest time between two states, in milliseconds. */
const rest = 1000;
/** Bytes that are written in a millisecond at least, until a write was measured. */
const slowest = 1e5;
/** Milliseconds that a pause may take to begin. */
const mostForPause = 300;

export interface KeeperOptions {
  /** Null: in memory. With a reason: there ought to be files, and are none. */
  slots: Slots | { unkept: string } | null;
  /** What the run goes on from, where it lies in no slots. */
  first?: Kept;
  /** Bytes of a state, about. */
  bytes: number;
  /** Hears of every state that was kept, with the part of the time that keeping took so far. */
  onKept(step: number, share: number): void;
  /** Hears once, when the run cannot be gone on with after its tab is closed, why. */
  onUnkept(reason: string): void;
  /** Milliseconds. */
  now?: () => number;
}

export class RunKeeper {
  private slots: Slots | null;
  private state: (() => Promise<MergeState>) | null = null;
  private steps = 0;
  /** The last two, where there are no files. */
  private memory: Kept[];
  private readonly now: () => number;
  private readonly began: number;
  private last: number;
  private spent = 0;
  /** Of the last write, or what it may take. */
  private cost: number;

  constructor(private readonly options: KeeperOptions) {
    const { slots, bytes, first, now = () => performance.now() } = options;
    this.memory = first ? [first] : [];
    this.now = now;
    this.began = now();
    this.last = this.began;
    this.cost = bytes / slowest;
    this.slots = slots && 'unkept' in slots ? null : slots;
    if (slots && 'unkept' in slots) options.onUnkept(slots.unkept);
  }

  /** A training of `steps` steps begins, or its next stage. */
  begin(state: () => Promise<MergeState>, steps: number): void {
    this.state = state;
    this.steps = steps;
  }

  /** To be called after a training step. `pausing`: there is nothing to wait for. */
  async see(seconds: number, pausing: boolean): Promise<void> {
    const now = this.now();
    const affordable = this.spent + this.cost <= share * (now - this.began);
    if ((affordable && now - this.last >= rest) || (pausing && this.cost < mostForPause)) await this.keep(seconds);
  }

  /** The state after the last step, kept nowhere. Null before the training, and when its numbers have gone wrong. */
  async take(seconds: number): Promise<Kept | null> {
    const state = await this.state?.();
    return state && hasNumbers(state) ? { note: { step: stepsOf(state), steps: this.steps, seconds }, state } : null;
  }

  private async keep(seconds: number): Promise<void> {
    const started = this.now();
    const kept = await this.take(seconds);
    if (kept) await this.write(kept);
    this.last = this.now();
    this.cost = this.last - started;
    this.spent += this.cost;
    if (kept) this.options.onKept(kept.note.step, this.spent / (this.last - this.began));
  }

  private async write(kept: Kept): Promise<void> {
    try {
      await this.slots?.write(kept.note, writeMergeState(kept.state));
    } catch (error) {
      this.slots = null;
      this.options.onUnkept(reasonOf(error));
    }
    if (!this.slots) this.memory = [kept, ...this.memory].slice(0, 2);
  }

  /** The newest state, of fewer than `before` steps; null where there is none. */
  async latest(before = Number.POSITIVE_INFINITY): Promise<Kept | null> {
    const inMemory = this.memory.find(({ note }) => note.step < before);
    return inMemory ?? (await this.slots?.read(before)) ?? null;
  }
}

/** Numbers that have gone wrong are not kept. */
const hasNumbers = ({ current }: MergeState): boolean =>
  current.optimisers.every(({ value }) => value.every(Number.isFinite));
