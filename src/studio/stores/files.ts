/** What the worker has loaded. */
import { create } from 'zustand';
import type { ImagesInfo, LoadResult, SourceInfo, SuperNetInfo, TextsInfo } from '../../worker/protocol.ts';

interface Files {
  sources: Readonly<Record<string, SourceInfo>>;
  images: Readonly<Record<string, ImagesInfo>>;
  superNets: Readonly<Record<string, SuperNetInfo>>;
  texts: Readonly<Record<string, TextsInfo>>;
  /** Of what is loaded, by id. */
  fingerprints: Readonly<Record<string, string>>;
  /** Files beside weights that wait for them. */
  waiting: readonly string[];
  /** Sources that were trained here, as files to be saved. */
  made: Readonly<Record<string, File>>;
  /** What is being read right now, in words; null when nothing is. */
  loading: string | null;
}

export const useFiles = create<Files>(() => ({
  sources: {},
  images: {},
  superNets: {},
  texts: {},
  fingerprints: {},
  waiting: [],
  made: {},
  loading: null,
}));

export function addLoaded({ sources, changed, images, superNets, texts, fingerprints, waiting }: LoadResult): void {
  useFiles.setState((state) => ({
    sources: { ...state.sources, ...byId(changed), ...byId(sources) },
    images: { ...state.images, ...byId(images) },
    superNets: { ...state.superNets, ...byId(superNets) },
    texts: { ...state.texts, ...byId(texts) },
    fingerprints: { ...state.fingerprints, ...fingerprints },
    waiting,
  }));
}

export const putSource = (info: SourceInfo): void =>
  useFiles.setState(({ sources }) => ({ sources: { ...sources, [info.id]: info } }));

export function forget(id: string): void {
  useFiles.setState(({ sources, images, superNets, texts, fingerprints, made }) => ({
    fingerprints: without(fingerprints, id),
    sources: without(sources, id),
    images: without(images, id),
    superNets: without(superNets, id),
    texts: without(texts, id),
    made: without(made, id),
  }));
}

const byId = <T extends { id: string }>(items: readonly T[]): Record<string, T> =>
  Object.fromEntries(items.map((item) => [item.id, item]));

const without = <T>(record: Readonly<Record<string, T>>, id: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== id));
