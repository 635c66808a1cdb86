import { Settings } from 'lucide-react';
import type { ReactElement } from 'react';
import { words } from '../../locales/index.ts';
import { ROOMS } from '../rooms.tsx';
import { keysFor, runCommand } from '../commands/use-command.ts';
import { usePanel } from '../../workspace/panels.ts';
import { STORIES, useWorkspace } from '../../workspace/workspace.ts';
import { goToRoom } from './room.tsx';
import css from './rail.module.css';

/** `covered`: something lies over it that takes the keys. */
export function Rail({ covered }: { readonly covered: boolean }): ReactElement {
  return (
    <nav className={css.rail} aria-label={words.shell.rooms} inert={covered}>
      {Object.keys(ROOMS).map((id) => (
        <RoomButton key={id} id={id} />
      ))}
      <button
        type="button"
        className={css.end}
        aria-label={words.commands.settings}
        title={words.commands.settings}
        onClick={() => void runCommand('settings')}
      >
        <Settings size={18} strokeWidth={1.6} aria-hidden />
      </button>
    </nav>
  );
}

/** The room of stories, where one is in it already, shows and hides its list. */
function RoomButton({ id }: { readonly id: string }): ReactElement | null {
  const isHere = useWorkspace((workspace) => workspace.room === id);
  const isListOpen = usePanel('binder') !== 'closed';
  const room = ROOMS[id];
  if (room === undefined) return null;
  const { name, icon: Icon } = room;
  const showsList = id === STORIES && isHere;
  return (
    <button
      type="button"
      aria-label={name}
      title={showsList ? `${name} (${keysFor('binder')})` : name}
      aria-current={isHere ? 'page' : undefined}
      aria-expanded={showsList ? isListOpen : undefined}
      onClick={() => (showsList ? void runCommand('binder') : goToRoom(id))}
    >
      <Icon size={18} strokeWidth={1.6} aria-hidden />
    </button>
  );
}
