/** What crosses about results that are looked at more closely. */
import type { ConfusedPair } from '../engine/evaluation/confusion.ts';
import type { Score } from '../engine/evaluation/evaluate.ts';
import type { Recipe } from '../engine/recipe.ts';
import type { Thumbnails } from './protocol-files.ts';

export type { ConfusedPair } from '../engine/evaluation/confusion.ts';

/** A run that is over, or a source of a recipe alone: its body with every task's head. */
export type ModelChoice = { run: string } | { recipe: Recipe; source: number };

export interface SourceScore extends Score {
  /** As of a run's result, the source's features in the place of every source's. */
  reconstruction: (number | null)[];
}

/** Which held-out images a model takes for another class, among the classes of all tasks. */
export interface Misreadings {
  /** C, the classes of all tasks, task by task. */
  size: number;
  /** Images by true class (row) and by the class that they are taken for: `[C, C]`, row-major. */
  confusion: Uint32Array<ArrayBuffer>;
  /** The most confused pairs of classes, the worst first. */
  pairs: ConfusedPair[];
  tasks: MisreadTask[];
}

export interface MisreadTask {
  /** Held-out images looked at, and how many of them are misread. */
  images: number;
  misread: number;
  /** The first misread ones, with the classes that they are of and are taken for. */
  pictures: Thumbnails;
  readings: { label: number; predicted: number }[];
}
