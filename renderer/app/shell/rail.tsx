import { BookOpen, Settings } from 'lucide-react';
import type { ReactElement } from 'react';
import { words } from '../../locales/index.ts';
import { keysFor, runCommand } from '../commands/use-command.ts';
import { usePanel } from '../../workspace/panels.ts';
import css from './rail.module.css';

/** `covered`: something lies over it that takes the keys. */
export function Rail({ covered }: { readonly covered: boolean }): ReactElement {
  const open = usePanel('binder') !== 'closed';
  return (
    <nav className={css.rail} aria-label={words.shell.rooms} inert={covered}>
      <button
        type="button"
        aria-label={words.library.stories}
        title={`${words.library.stories} (${keysFor('binder')})`}
        aria-current="page"
        aria-expanded={open}
        onClick={() => void runCommand('binder')}
      >
        <BookOpen size={18} strokeWidth={1.6} aria-hidden />
      </button>
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
