import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import type { ReactElement } from 'react';
import { goToStory, useChapters, useStories } from '../../library/library.ts';
import { words } from '../../locales/index.ts';
import { commandsIn } from './registry.ts';
import { useOffers } from './use-command.ts';
import { remember } from '../../workspace/remembered.ts';
import { openStory, useWorkspace } from '../../workspace/workspace.ts';
import { THEMES } from '../../workspace/theme.ts';
import ui from '../../ui/ui.module.css';
import modal from '../../ui/modal.module.css';
import css from './palette.module.css';

/** Something to do or a place to go to. */
interface Entry {
  /** Of its own: two chapters or stories may have one name. */
  readonly id: string;
  readonly name: string;
  readonly keys: string | null;
  readonly why: string | null;
  readonly run: () => void;
}

function matches({ name }: Entry, query: string): boolean {
  const title = name.toLocaleLowerCase();
  return query
    .trim()
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
  const place = (id: string, name: string, run: () => void): Entry => ({ id, name, keys: null, why: null, run });
  return [
    ...useOffers(IDS),
    ...chapters.map((chapter) =>
      place(chapter.id, words.commands.goToChapter(chapter.title), () => openStory(chapter.storyId, chapter.id)),
    ),
    ...stories.map((story) => place(story.id, words.commands.goToStory(story.title), () => void goToStory(story))),
    ...THEMES.map((theme) =>
      place(`theme ${theme}`, `${words.settings.theme}: ${words.settings.themes[theme]}`, () =>
        remember('theme', theme),
      ),
    ),
  ];
}

export function Palette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const everything = useEverything();
  const run = (entry: Entry): void => {
    onClose();
    entry.run();
  };
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={modal.backdrop} />
        <Dialog.Popup className={`${modal.modal} ${modal.bare}`} aria-label={words.commands.palette} finalFocus={false}>
          <Autocomplete.Root
            inline
            open
            autoHighlight="always"
            keepHighlight
            items={everything}
            itemToStringValue={({ name }) => name}
            filter={matches}
          >
            <Autocomplete.Input
              className={css.query}
              aria-label={words.commands.palette}
              placeholder={words.commands.palette}
              autoFocus
            />
            <Autocomplete.List className={css.list} aria-label={words.commands.palette}>
              {(entry: Entry) => (
                <Autocomplete.Item
                  key={entry.id}
                  value={entry}
                  className={css.item}
                  disabled={entry.why !== null}
                  onClick={() => run(entry)}
                >
                  {entry.name}
                  {entry.why === null ? null : <small>{entry.why}</small>}
                  {entry.why !== null || entry.keys === null ? null : <kbd>{entry.keys}</kbd>}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
            <Autocomplete.Empty className={`${ui.quiet} ${css.nothing}`}>
              {words.commands.paletteNothing}
            </Autocomplete.Empty>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
