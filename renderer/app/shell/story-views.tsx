import type { KeyboardEvent, ReactElement } from 'react';
import { keyName } from '../../lib/keys.ts';
import { words } from '../../locales/index.ts';
import { showStoryIn, useView, VIEWS } from '../views.ts';
import css from './story-views.module.css';

interface Props {
  readonly storyId: string;
  /** In the title row, or where that has no room for them, above the page. */
  readonly where: 'title' | 'page';
}

/** The views of a story, one of which is shown. */
export function StoryViews({ storyId, where }: Props): ReactElement {
  const shown = useView(storyId);
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    const tabs = [...event.currentTarget.querySelectorAll('button')];
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    tabs[(at + by + tabs.length) % tabs.length]?.focus();
  };
  return (
    <div className={css.views} data-where={where} role="tablist" aria-label={words.shell.views} onKeyDown={move}>
      {VIEWS.map(({ id }, index) => (
        <button
          key={id}
          type="button"
          role="tab"
          aria-selected={id === shown.id}
          tabIndex={id === shown.id ? 0 : -1}
          title={keyName(`Mod+${String(index + 1)}`)}
          onClick={() => showStoryIn(id)}
        >
          {words.shell.view[id]}
        </button>
      ))}
    </div>
  );
}
