/** What the browser keeps of the studio itself. */
import { create } from 'zustand';

interface Offline {
  /** `no`: this browser, or this address, cannot keep it; `cleared`: it was, until a person cleared it. */
  kept: 'no' | 'keeping' | 'kept' | 'cleared';
  /** Whether a new version waits for this one to go; `tabs`: and other tabs hold it. */
  update: 'none' | 'ready' | 'tabs';
}

export const useOffline = create<Offline>(() => ({ kept: 'no', update: 'none' }));
