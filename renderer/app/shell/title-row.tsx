import { PanelLeft, PanelRight, Search, Settings } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { library, useChapters, useStories } from '../../library/library.ts';
import { words } from '../../locales/index.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { RenameField } from '../../ui/rename-field.tsx';
import { Quill } from './quill.tsx';
import { keysFor, runCommand } from '../commands/use-command.ts';
import { usePanel } from '../../workspace/panels.ts';
import { STORIES, useWorkspace } from '../../workspace/workspace.ts';
import { ROOMS } from '../rooms.tsx';
import { goToRoom } from './room.tsx';
import { StoryViews } from './story-views.tsx';
import css from './title-row.module.css';

export function TitleRow(): ReactElement {
  const place = useWorkspace((workspace) => workspace.place);
  const id = useWorkspace((workspace) => workspace.room);
  const room = id === STORIES ? null : (ROOMS[id] ?? null);
  const story = useStories()?.find((one) => one.id === place?.storyId);
  const chapters = useChapters(place?.storyId ?? null);
  const index = chapters?.findIndex((one) => one.id === place?.chapterId) ?? -1;
  const chapter = chapters?.[index];
  const binder = usePanel('binder');
  const inspector = usePanel('inspector');
  return (
    <header className={css.titleRow}>
      <div className={css.where}>
        <span className={css.quill}>
          <Quill />
        </span>
        {room !== null ? (
          <h1>{room.name}</h1>
        ) : story === undefined ? (
          <h1>{words.shell.paphos}</h1>
        ) : (
          <h1>
            <Crumb key={story.id} title={story.title} onRename={(title) => void library.renameStory(story.id, title)} />
            {chapter === undefined ? null : (
              <>
                <i aria-hidden="true">/</i>
                <Crumb
                  key={chapter.id}
                  title={chapter.title}
                  minor
                  onRename={(title) => void library.renameChapter(chapter.id, title)}
                />
              </>
            )}
          </h1>
        )}
      </div>
      {room !== null || story === undefined ? null : <StoryViews storyId={story.id} where="title" />}
      <div className={css.tools}>
        <button type="button" className={css.search} onClick={() => void runCommand('palette')}>
          <Search size={14} strokeWidth={1.7} aria-hidden />
          {words.commands.palette}
          <kbd>{keysFor('palette')}</kbd>
        </button>
        <OtherRooms />
        {room === null ? (
          <>
            <IconButton
              icon={PanelLeft}
              label={words.commands.toggleBinder}
              keys={keysFor('binder')}
              pressed={binder !== 'closed'}
              onClick={() => void runCommand('binder')}
              size={17}
            />
            <IconButton
              icon={PanelRight}
              label={words.commands.toggleInspector}
              keys={keysFor('inspector')}
              pressed={inspector !== 'closed'}
              onClick={() => void runCommand('inspector')}
              size={17}
            />
          </>
        ) : null}
        <span className={css.settings}>
          <IconButton
            icon={Settings}
            label={words.commands.settings}
            onClick={() => void runCommand('settings')}
            size={17}
          />
        </span>
      </div>
    </header>
  );
}

/** Where the window has no room for the rail. */
function OtherRooms(): ReactElement {
  const here = useWorkspace((workspace) => workspace.room);
  return (
    <nav className={css.rooms} aria-label={words.shell.rooms}>
      {Object.entries(ROOMS)
        .filter(([id]) => id !== here)
        .map(([id, { name, icon }]) => (
          <IconButton key={id} icon={icon} label={name} onClick={() => goToRoom(id)} size={17} />
        ))}
    </nav>
  );
}

interface CrumbProps {
  readonly title: string;
  readonly minor?: boolean;
  readonly onRename: (title: string) => void;
}

function Crumb({ title, minor = false, onRename }: CrumbProps): ReactElement {
  const [editing, setEditing] = useState(false);
  if (editing)
    return (
      <span className={css.crumbEdit}>
        <RenameField
          label={words.common.title}
          title={title}
          onDone={(next) => {
            setEditing(false);
            if (next !== null) onRename(next);
          }}
        />
      </span>
    );
  return (
    <button
      type="button"
      className={css.crumb}
      dir="auto"
      data-minor={minor || undefined}
      title={`${words.commands.rename}: ${title}`}
      onClick={() => setEditing(true)}
    >
      {title}
    </button>
  );
}
