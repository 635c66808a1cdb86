import { create } from 'zustand';
import type { CharacterKind, CharacterSort } from '../../shared/contract/characters.ts';
import { useText } from '../workspace/remembered.ts';

interface RoomState {
  readonly kind: CharacterKind;
  readonly favourites: boolean;
  readonly tag: string | null;
  readonly search: string;
  /** Who is in the editor. */
  readonly selected: string | null;
  /** Who was just made and has no name of their own yet. */
  readonly made: string | null;
}

/** What of the library is shown; it stays while another room is. */
export const useRoom = create<RoomState>(() => ({
  kind: 'character',
  favourites: false,
  tag: null,
  search: '',
  selected: null,
  made: null,
}));

export type Look = 'grid' | 'list';

export const useLook = (): Look => (useText('characterLook') === 'list' ? 'list' : 'grid');
export const useSort = (): CharacterSort => (useText('characterSort') === 'newest' ? 'newest' : 'name');
