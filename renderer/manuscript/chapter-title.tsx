import { useState, type ReactElement } from 'react';
import { words } from '../locales/index.ts';
import { RenameField } from '../ui/rename-field.tsx';

interface Props {
  readonly title: string;
  readonly onRename: (title: string) => void;
}

/** The chapter's title above its text, edited in place. */
export function ChapterTitle({ title, onRename }: Props): ReactElement {
  const [editing, setEditing] = useState(false);
  if (editing)
    return (
      <RenameField
        label={words.manuscript.chapterTitle}
        title={title}
        className="ms-title"
        onDone={(next) => {
          setEditing(false);
          if (next !== null) onRename(next);
        }}
      />
    );
  return (
    <h2>
      <button
        type="button"
        className="ms-title"
        dir="auto"
        title={words.manuscript.renameChapter}
        onClick={() => setEditing(true)}
      >
        {title}
      </button>
    </h2>
  );
}
