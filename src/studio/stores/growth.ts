/** How far the comparison over growing numbers of images is. */
import { create } from 'zustand';

interface Growth {
  /** Runs that are over, and all, with these numbers of images; null when it is not under way. */
  progress: { done: number; of: number; counts: readonly number[] } | null;
}

export const useGrowth = create<Growth>(() => ({ progress: null }));
