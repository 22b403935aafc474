/** Which files the recipe waits for, and what the browser keeps of the last visit. */
import { create } from 'zustand';
import type { LoadResult, SessionFile } from '../../worker/protocol.ts';

export interface KeptSession {
  /** In milliseconds since 1970. */
  saved: number;
  /** Names of the runs that a person started, or, without any, of the tasks. */
  names: string[];
  runs: number;
}

interface Sessions {
  /** What opened sessions tell of their files, by name. */
  files: Readonly<Record<string, SessionFile>>;
  /** Loaded files that bear the name of one that a session expects, with other contents. */
  namesakes: LoadResult['namesakes'];
  /** Null while there is none, or while it is not known yet. */
  kept: KeptSession | null;
}

export const useSessions = create<Sessions>(() => ({ files: {}, namesakes: [], kept: null }));

export const expectFiles = (files: readonly SessionFile[]): void =>
  useSessions.setState((state) => ({
    files: { ...state.files, ...Object.fromEntries(files.map((file) => [file.name, file])) },
  }));

export const addNamesakes = (more: LoadResult['namesakes']): void =>
  useSessions.setState(({ namesakes }) => ({ namesakes: [...namesakes, ...more] }));
