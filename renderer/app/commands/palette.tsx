import { Dialog } from '@base-ui/react/dialog';
import { useState, type ReactElement } from 'react';
import { goToStory, useChapters, useStories } from '../../library/library.ts';
import { words } from '../../locales/index.ts';
import { commandsIn } from './registry.ts';
import { useOffers } from './use-command.ts';
import { remember } from '../shell/remembered.ts';
import { openChapter, useWorkspace } from '../shell/workspace.ts';
import { THEMES } from '../shell/theme.ts';

/** Something to do or a place to go to. */
interface Entry {
  readonly name: string;
  readonly keys: string | null;
  readonly why: string | null;
  readonly run: () => void;
}

function matches({ name }: Entry, query: string): boolean {
  const title = name.toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => title.includes(word));
}

const IDS = commandsIn('palette');

/** Everything that can be done and every place that can be gone to, by name. */
function useEverything(): readonly Entry[] {
  const storyId = useWorkspace((session) => session.place?.storyId ?? null);
  const stories = useStories() ?? [];
  const chapters = useChapters(storyId) ?? [];
  const place = (name: string, run: () => void): Entry => ({ name, keys: null, why: null, run });
  return [
    ...useOffers(IDS),
    ...chapters.map((chapter) =>
      place(words.commands.goToChapter(chapter.title), () => openChapter(chapter.storyId, chapter.id)),
    ),
    ...stories.map((story) => place(words.commands.goToStory(story.title), () => void goToStory(story))),
    ...THEMES.map((theme) =>
      place(`${words.settings.theme}: ${words.settings.themes[theme]}`, () => remember('theme', theme)),
    ),
  ];
}

export function Palette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const found = useEverything().filter((command) => matches(command, query.trim()));
  const chosen = Math.min(at, found.length - 1);
  const run = (command: Entry | undefined): void => {
    if (command === undefined || command.why !== null) return;
    onClose();
    command.run();
  };
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="modal palette" aria-label={words.commands.palette}>
          <input
            className="palette-query"
            role="combobox"
            aria-label={words.commands.palette}
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant={found.length === 0 ? undefined : `palette-${String(chosen)}`}
            placeholder={words.commands.palette}
            autoFocus
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              setAt(0);
            }}
            onKeyDown={(event) => {
              if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
                event.preventDefault();
                const step = event.key === 'ArrowDown' ? 1 : found.length - 1;
                setAt(found.length === 0 ? 0 : (chosen + step) % found.length);
              }
              if (event.key === 'Enter') run(found[chosen]);
            }}
          />
          <ul id="palette-list" role="listbox" aria-label={words.commands.palette}>
            {found.map((command, index) => (
              <li
                key={`${command.name}${String(index)}`}
                id={`palette-${String(index)}`}
                role="option"
                aria-selected={index === chosen}
                aria-disabled={command.why === null ? undefined : true}
                title={command.why ?? undefined}
                ref={index === chosen ? (item) => item?.scrollIntoView({ block: 'nearest' }) : undefined}
                onMouseMove={() => setAt(index)}
                onClick={() => run(command)}
              >
                {command.name}
                {command.keys === null ? null : <kbd>{command.keys}</kbd>}
              </li>
            ))}
          </ul>
          {found.length === 0 ? <p className="quiet">{words.commands.paletteNothing}</p> : null}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
