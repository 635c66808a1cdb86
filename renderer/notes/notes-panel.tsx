import { ChevronRight } from 'lucide-react';
import type { ReactElement } from 'react';
import { NOTE_KINDS } from '../../shared/contract/notes.ts';
import { words } from '../locales/index.ts';
import { useFlag } from '../workspace/remembered.ts';
import { useWorkspace } from '../workspace/workspace.ts';
import { NoteField } from './note-field.tsx';
import { useNote } from './open-notes.ts';
import ui from '../ui/ui.module.css';
import css from './notes.module.css';

/** What the story tells its model beside its turns. */
export function NotesPanel(): ReactElement | null {
  const storyId = useWorkspace((workspace) => workspace.place?.storyId ?? null);
  const [open, setOpen] = useFlag('notesOpen', false);
  return storyId === null ? null : (
    <section aria-label={words.notes.title}>
      <button type="button" className={ui.disclose} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={14} aria-hidden />
        <b>{words.notes.title}</b>
        {open ? null : <Summary storyId={storyId} />}
      </button>
      {open ? (
        <div className={css.notes}>
          {NOTE_KINDS.map((kind) => (
            <NoteField key={`${storyId} ${kind}`} storyId={storyId} kind={kind} />
          ))}
        </div>
      ) : null}
    </section>
  );
}

/** Which of them are sent. */
function Summary({ storyId }: { readonly storyId: string }): ReactElement {
  const sent = {
    memory: useNote(storyId, 'memory'),
    authorsNote: useNote(storyId, 'authorsNote'),
    postHistory: useNote(storyId, 'postHistory'),
  };
  const names = NOTE_KINDS.filter((kind) => {
    const note = sent[kind];
    if (note === null || note.content.text.trim() === '') return false;
    return note.content.sends === 'always' || (note.content.sends === 'once' && !note.latest.isSent);
  }).map((kind) => words.notes.short[kind]);
  return <span>{names.join(', ')}</span>;
}
