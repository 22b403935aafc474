/** What crosses about runs that the browser keeps while they train. */
import type { Recipe } from '../engine/recipe.ts';
import type { SessionFile } from './session-schema.ts';

/** What a run is started with, besides its recipe. */
export interface RunStart {
  /** In milliseconds since 1970. */
  started: number;
  colours: number[];
  origin: 'person' | 'comparison';
  /** The files of the recipe. */
  needs: SessionFile[];
  /** Goes on from the last state that was kept of this run; where there is none, it begins. */
  resume: boolean;
}

/** What a run goes on from that no browser keeps. */
export interface SnapshotStart {
  /** As `StudioApi.snapshot` wrote it. */
  snapshot: File;
}

/** A run whose tab was closed while it trained. */
export interface KeptRun extends Omit<RunStart, 'resume'> {
  id: string;
  recipe: Recipe;
  /** Training steps that are kept, and of the whole run. */
  step: number;
  steps: number;
  /** Whether its files are kept with it. */
  copied: boolean;
}

export interface StorageUse {
  /** Runs that are kept, those that train now among them. */
  runs: number;
  /** Bytes of their states and of the copies of their files. */
  bytes: number;
  /** Bytes that the browser allows the page in all; null where it does not say. */
  quota: number | null;
  /** Whether the browser keeps no files for pages. */
  refused: boolean;
}
