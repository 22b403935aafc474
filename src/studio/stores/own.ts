/** Two networks of one's own: what is chosen, how far their training is, what came of it. */
import { create } from 'zustand';
import type { StudioErrorInfo } from '../../engine/errors.ts';
import type { TrainedSource, TrainingCheck, TrainingEvent } from '../../worker/protocol-training.ts';
import type { OwnDraft } from '../recipe/own-draft.ts';
import { firstOwnDraft } from '../recipe/own-draft.ts';

/** One network in training, and afterwards. */
export interface OwnCurve {
  name: string;
  /** Place in the list of source colours. */
  colour: number;
  steps: number;
  losses: { step: number; loss: number }[];
  accuracies: { step: number; share: number }[];
  /** When it is done. */
  trained: TrainedSource | null;
}

interface Own {
  draft: OwnDraft;
  /** Whether the sources that are there give way to the new ones. */
  replace: boolean;
  /** Of the draft; null while it is asked for the first time. */
  check: TrainingCheck | null;
  /** Of the last training; none before. */
  curves: readonly OwnCurve[];
  secondsLeft: number;
  /** Why images could not be had or the training failed. */
  error: StudioErrorInfo | null;
}

export const useOwn = create<Own>(() => ({
  draft: firstOwnDraft,
  replace: true,
  check: null,
  curves: [],
  secondsLeft: Number.NaN,
  error: null,
}));

export const editOwn = (change: Partial<OwnDraft>): void =>
  useOwn.setState(({ draft }) => ({ draft: { ...draft, ...change } }));

export const editNetwork = (index: number, change: Partial<OwnDraft['networks'][number]>): void =>
  useOwn.setState(({ draft }) => ({
    draft: { ...draft, networks: draft.networks.map((own, at) => (at === index ? { ...own, ...change } : own)) },
  }));

export function applyTrainingEvent({ networks, secondsLeft }: TrainingEvent): void {
  useOwn.setState(({ curves }) => ({
    secondsLeft,
    curves: curves.map((curve, index) => {
      const news = networks[index];
      if (!news) return curve;
      return {
        ...curve,
        steps: news.steps,
        losses: [...curve.losses, ...news.losses],
        accuracies: [...curve.accuracies, ...news.accuracies],
      };
    }),
  }));
}

/** Share of all steps that are done, 0 to 1. */
export function shareDone(curves: readonly OwnCurve[]): number {
  const steps = curves.reduce((sum, curve) => sum + curve.steps, 0);
  const done = curves.reduce((sum, { losses }) => sum + losses.length, 0);
  return steps === 0 ? 0 : done / steps;
}
