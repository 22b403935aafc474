/** Which files the recipe waits for, and what the browser keeps of visits. */
import { create } from 'zustand';
import type { KeptRun, LoadResult, SessionFile } from '../../worker/protocol.ts';

export interface KeptSession {
  id: string;
  /** In milliseconds since 1970. */
  saved: number;
  /** Names of the runs that a person started, or, without any, of the tasks. */
  names: string[];
  runs: number;
  /** When each of them was started, in milliseconds since 1970. */
  started?: number[];
  /** What it takes, about. */
  bytes: number;
}

interface Sessions {
  /** What opened sessions tell of their files, by name. */
  files: Readonly<Record<string, SessionFile>>;
  /** Loaded files that bear the name of one that a session expects, with other contents. */
  namesakes: LoadResult['namesakes'];
  /** Of earlier visits, the newest first; empty while it is not known yet. */
  kept: readonly KeptSession[];
  /** Runs whose tabs were closed while they trained, the latest first. */
  brokenRuns: readonly KeptRun[];
  /** Why the session of this visit is not kept; null: it is, or there was nothing to keep yet. */
  unkept: 'full' | 'refused' | null;
}

export const useSessions = create<Sessions>(() => ({
  files: {},
  namesakes: [],
  kept: [],
  brokenRuns: [],
  unkept: null,
}));

/** Those of the broken runs that a session has the curves of. */
export const brokenIn = (kept: KeptSession, runs: readonly KeptRun[]): KeptRun[] =>
  runs.filter(({ started }) => kept.started?.includes(started));

export const expectFiles = (files: readonly SessionFile[]): void =>
  useSessions.setState((state) => ({
    files: { ...state.files, ...Object.fromEntries(files.map((file) => [file.name, file])) },
  }));

export const addNamesakes = (more: LoadResult['namesakes']): void =>
  useSessions.setState(({ namesakes }) => ({ namesakes: [...namesakes, ...more] }));
