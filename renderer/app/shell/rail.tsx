import { BookOpen, Settings } from 'lucide-react';
import type { ReactElement } from 'react';
import { words } from '../../lib/words.ts';
import { togglePanel, usePanel } from './panels.ts';
import { useWorkspace } from './workspace.ts';

export function Rail(): ReactElement {
  const open = usePanel('binder') !== 'closed';
  return (
    <nav className="rail" aria-label={words.rooms}>
      <button
        type="button"
        aria-label={words.stories}
        title={`${words.stories} (${words.keys.binder})`}
        aria-current="page"
        aria-expanded={open}
        onClick={() => togglePanel('binder')}
      >
        <BookOpen size={18} strokeWidth={1.6} aria-hidden />
      </button>
      <button
        type="button"
        className="end"
        aria-label={words.settings}
        title={words.settings}
        onClick={() => useWorkspace.setState({ dialog: 'settings' })}
      >
        <Settings size={18} strokeWidth={1.6} aria-hidden />
      </button>
    </nav>
  );
}
