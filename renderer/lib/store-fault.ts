import { create } from 'zustand';
import type { StoreState } from '../../shared/contract/connection.ts';

/** Whether the store takes what the studio gives it, as it said last. */
export const useStoreFault = create<StoreState>(() => ({ fault: null }));
