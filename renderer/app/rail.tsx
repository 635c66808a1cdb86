import { BookOpen, Settings } from 'lucide-react';
import type { ReactElement } from 'react';
import { words } from '../lib/words.ts';
import { togglePanel, usePanel } from './panels.ts';
import { useSession } from './session.ts';

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
        onClick={() => useSession.setState({ dialog: 'settings' })}
      >
        <Settings size={18} strokeWidth={1.6} aria-hidden />
      </button>
    </nav>
  );
}
