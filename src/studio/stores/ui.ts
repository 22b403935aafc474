/** How the page looks right now: nothing here changes a result. */
import { create } from 'zustand';
import type { StudioErrorInfo } from '../../engine/errors.ts';
import type { BackendChoice, BackendStatus } from '../../worker/protocol.ts';
import { recall, remember } from './memory.ts';

export type Theme = 'system' | 'light' | 'dark';
export type TabId = 'training' | 'matrices' | 'compare' | 'export';
export type CardId = 'sources' | 'images' | 'method' | 'run';
/** Where an error is shown. */
export type Place = 'page' | 'sources' | 'images' | 'run' | 'compare' | 'export';

export interface Notice {
  id: number;
  place: Place;
  info: StudioErrorInfo;
}

interface Ui {
  theme: Theme;
  /** Whether the page is dark, whoever decided it. */
  dark: boolean;
  tab: TabId;
  /** Name of the M or U that is looked at; null: the first. */
  matrix: string | null;
  /** Which cards are unfolded. */
  open: Readonly<Record<CardId, boolean>>;
  help: boolean;
  /** Whether the training of two networks of one's own is shown. */
  own: boolean;
  logScale: boolean;
  /** Whether the button that downloads the merged network is to have the focus as soon as it can be pressed. */
  toDownload: boolean;
  /** Null until the worker has chosen. */
  backend: BackendStatus | null;
  backendChoice: BackendChoice;
  notices: readonly Notice[];
}

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const isDark = (theme: Theme): boolean => (theme === 'system' ? systemIsDark.matches : theme === 'dark');
const firstTheme = recall<Theme>('theme', ['system', 'light', 'dark'], 'system');

export const useUi = create<Ui>(() => ({
  theme: firstTheme,
  dark: isDark(firstTheme),
  tab: 'training',
  open: { sources: true, images: false, method: false, run: false },
  help: false,
  own: false,
  matrix: null,
  logScale: true,
  toDownload: false,
  backend: null,
  backendChoice: recall<BackendChoice>('backend', ['auto', 'webgpu', 'wasm', 'cpu'], 'auto'),
  notices: [],
}));

export function setTheme(theme: Theme): void {
  remember('theme', theme);
  useUi.setState({ theme, dark: isDark(theme) });
}

systemIsDark.addEventListener('change', () => useUi.setState(({ theme }) => ({ dark: isDark(theme) })));

export const showTab = (tab: TabId): void => useUi.setState({ tab });

export const chooseMatrix = (matrix: string): void => useUi.setState({ matrix });

export const openCards = (changes: Partial<Record<CardId, boolean>>): void =>
  useUi.setState(({ open }) => ({ open: { ...open, ...changes } }));

export const toggleCard = (card: CardId): void =>
  useUi.setState(({ open }) => ({ open: { ...open, [card]: !open[card] } }));

let notices = 0;

/** What stands there already is not said twice. */
export function notify(place: Place, info: StudioErrorInfo): void {
  const same = (notice: Notice) => notice.place === place && notice.info.message === info.message;
  if (useUi.getState().notices.some(same)) return;
  const notice = { id: notices++, place, info };
  useUi.setState((state) => ({ notices: [...state.notices, notice] }));
}

export const dismiss = (id: number): void =>
  useUi.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));

/** Takes away what an earlier attempt left at a place. */
export const clearNotices = (place: Place): void =>
  useUi.setState((state) => ({ notices: state.notices.filter((notice) => notice.place !== place) }));
