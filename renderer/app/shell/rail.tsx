import { BookOpen, Settings } from 'lucide-react';
import type { ReactElement } from 'react';
import { words } from '../../locales/index.ts';
import { togglePanel, usePanel } from './panels.ts';
import { useWorkspace } from './workspace.ts';

export function Rail(): ReactElement {
  const open = usePanel('binder') !== 'closed';
  return (
    <nav className="rail" aria-label={words.shell.rooms}>
      <button
        type="button"
        aria-label={words.library.stories}
        title={`${words.library.stories} (${words.commands.keys.binder})`}
        aria-current="page"
        aria-expanded={open}
        onClick={() => togglePanel('binder')}
      >
        <BookOpen size={18} strokeWidth={1.6} aria-hidden />
      </button>
      <button
        type="button"
        className="end"
        aria-label={words.settings.title}
        title={words.settings.title}
        onClick={() => useWorkspace.setState({ dialog: 'settings' })}
      >
        <Settings size={18} strokeWidth={1.6} aria-hidden />
      </button>
    </nav>
  );
}
