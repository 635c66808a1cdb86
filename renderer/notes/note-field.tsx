import { useEffect, useId, useRef, type ReactElement } from 'react';
import { DEEPEST_NOTE, LONGEST_NOTE, type NoteContent, type NoteKind } from '../../shared/contract/notes.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { words } from '../locales/index.ts';
import { NumberField } from '../ui/number-field.tsx';
import { Select } from '../ui/select.tsx';
import { toast } from '../ui/toasts.tsx';
import { useWorkspace } from '../workspace/workspace.ts';
import type { NoteDraft } from './note-drafts.ts';
import { noteDrafts, useAskedNote, useNote } from './open-notes.ts';
import ui from '../ui/ui.module.css';
import css from './notes.module.css';

interface Props {
  readonly storyId: string;
  readonly kind: NoteKind;
}

export function NoteField({ storyId, kind }: Props): ReactElement | null {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const note = useNote(storyId, kind);
  const readOnly = useWorkspace((workspace) => workspace.writer === false);
  const isAsked = useAskedNote((asked) => asked.kind === kind) && note !== null;
  useEffect(() => {
    if (!isAsked) return;
    field.current?.focus();
    useAskedNote.setState({ kind: null });
  }, [isAsked]);
  if (note === null) return null;
  const { content, state } = note;
  const change = (next: Partial<NoteContent>): void => noteDrafts.change(storyId, kind, { ...content, ...next });
  const say = words.notes.fields[kind];
  return (
    <div className={css.note} data-off={content.sends === 'never' || undefined}>
      <p className={css.head}>
        <label htmlFor={id}>{say.label}</label>
        {state === 'saved' ? null : <small>{words.notes.states[state]}</small>}
      </p>
      <textarea
        ref={field}
        id={id}
        className={`${ui.field} ${css.text}`}
        dir="auto"
        rows={2}
        maxLength={LONGEST_NOTE}
        readOnly={readOnly}
        placeholder={say.placeholder}
        aria-describedby={`${id}-hint`}
        value={content.text}
        onChange={(event) => change({ text: event.target.value })}
        onBlur={noteDrafts.flush}
        onKeyDown={({ key, nativeEvent }) => {
          // What is typed next belongs to the text again.
          if (key === 'Escape' && !nativeEvent.isComposing) useWorkspace.getState().controller?.focus();
        }}
      />
      {content.text.trim() === '' ? null : (
        <fieldset className={css.ways} disabled={readOnly}>
          <Select
            label={`${say.label}: ${words.notes.sends}`}
            items={words.notes.sendsNames}
            value={content.sends}
            onChoose={(sends) => change({ sends: sends as NoteContent['sends'] })}
          />
          {kind === 'authorsNote' ? (
            <>
              <label title={words.notes.depthHint}>
                {words.notes.depth}
                <NumberField
                  label={`${say.label}: ${words.notes.depth}`}
                  least={0}
                  most={DEEPEST_NOTE}
                  value={content.depth}
                  onChange={(depth) => change({ depth: depth ?? content.depth })}
                />
              </label>
              <Select
                label={`${say.label}: ${words.notes.role}`}
                items={words.notes.roles}
                value={content.role}
                onChoose={(role) => change({ role: role as NoteContent['role'] })}
              />
            </>
          ) : null}
        </fieldset>
      )}
      <p id={`${id}-hint`} className={content.text.trim() === '' ? 'hidden' : ui.quiet}>
        {kind === 'authorsNote' ? words.notes.standsAt(content.depth) : say.stands}
      </p>
      <Sent storyId={storyId} kind={kind} note={note} />
      <Refused storyId={storyId} kind={kind} note={note} />
    </div>
  );
}

interface NoteProps extends Props {
  readonly note: NoteDraft;
}

function Sent({ storyId, kind, note }: NoteProps): ReactElement | null {
  if (note.content.sends !== 'once' || !note.latest.isSent || note.state !== 'saved') return null;
  return (
    <p className={ui.quiet}>
      {words.notes.sent}{' '}
      <button type="button" className={ui.link} onClick={() => noteDrafts.sendAgain(storyId, kind)}>
        {words.notes.sendAgain}
      </button>
    </p>
  );
}

/** Why it is not saved; where another window wrote other words, both stand here. */
function Refused({ storyId, kind, note }: NoteProps): ReactElement | null {
  if (note.fault === null) return null;
  const choose = (which: 'mine' | 'theirs'): void => {
    const gave = noteDrafts.choose(storyId, kind, which);
    if (gave === null) return;
    const undo = (): void => noteDrafts.change(storyId, kind, gave);
    toast(words.notes.chosen[which], { action: { label: words.common.undo, run: undo } });
  };
  return (
    <div role="alert">
      <p className={ui.fault}>{sentenceOf(note.fault)}</p>
      {note.fault.code === 'NOTE_CHANGED' ? (
        <>
          <blockquote className={css.theirs} dir="auto">
            {note.latest.text === '' ? words.notes.emptied : note.latest.text}
          </blockquote>
          <p className={css.ways}>
            <button type="button" className={ui.link} onClick={() => choose('mine')}>
              {words.notes.keepMine}
            </button>
            <button type="button" className={ui.link} onClick={() => choose('theirs')}>
              {words.notes.takeTheirs}
            </button>
          </p>
        </>
      ) : null}
    </div>
  );
}
