import { BookOpen, Users, type LucideIcon } from 'lucide-react';
import { lazy, type ComponentType } from 'react';
import { words } from '../locales/index.ts';
import { STORIES } from '../workspace/workspace.ts';

interface Room {
  readonly name: string;
  readonly icon: LucideIcon;
  /** What fills the window beside the rail; null: the open story, which stays as it is below the others. */
  readonly Page: ComponentType | null;
}

const CharacterRoom = lazy(async () => ({
  default: (await import('../characters/character-room.tsx')).CharacterRoom,
}));

/** The rooms of the rail, in its order. */
export const ROOMS: Readonly<Record<string, Room>> = {
  [STORIES]: { name: words.library.stories, icon: BookOpen, Page: null },
  characters: { name: words.characters.title, icon: Users, Page: CharacterRoom },
};
