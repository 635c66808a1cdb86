import { useMutation } from '@tanstack/react-query';
import { useId, useRef, useState, type ReactElement } from 'react';
import { exportFormat, EXPORT_FORMATS, type ExportFormat, type ExportWish } from '../../shared/contract/export.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { api } from '../lib/client.ts';
import { faultOf } from '../lib/faults.ts';
import { saveFile } from '../lib/save-file.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { Select } from '../ui/select.tsx';
import { toast } from '../ui/toasts.tsx';
import { remember, useFlag, useText } from '../workspace/remembered.ts';
import { useOpenChapter, useWorkspace } from '../workspace/workspace.ts';
import { useChapters, useStories } from './library.ts';
import ui from '../ui/ui.module.css';
import css from './export-dialog.module.css';

const say = words.library.export;
const FORMATS = Object.keys(EXPORT_FORMATS) as readonly ExportFormat[];
const WHOLE = 'whole';

/** A story or a chapter of it as a file; the choices are those of last time. */
export function ExportDialog({ onClose }: { readonly onClose: () => void }): ReactElement | null {
  const exported = useWorkspace((workspace) => workspace.exported);
  const story = useStories()?.find(({ id }) => id === exported?.storyId);
  const chapters = useChapters(exported?.storyId ?? null) ?? [];
  const [chapterId, setChapterId] = useState(exported?.chapterId ?? null);
  const format = exportFormat.catch('markdown').parse(useText('exportFormat'));
  const author = useText('exportAuthor') ?? '';
  const [withPerson, setWithPerson] = useFlag('exportPerson', true);
  const [withNotes, setWithNotes] = useFlag('exportNotes', false);
  const isWriting = useOpenChapter((chapter) => chapter.generation !== null) === true;
  const isOpen = useWorkspace(({ place }) => place?.storyId === exported?.storyId);
  const { write, stop, step, error } = useExport(onClose);
  const authorId = useId();
  if (exported === null || story === undefined) return null;
  const parts = { [WHOLE]: say.wholeStory, ...Object.fromEntries(chapters.map(({ id, title }) => [id, title])) };
  return (
    <Modal title={say.title(story.title)} onClose={stop}>
      <form
        className={css.export}
        onSubmit={(event) => {
          event.preventDefault();
          const name = author.trim();
          write({ storyId: story.id, chapterId, format, author: name === '' ? null : name, withPerson, withNotes });
        }}
      >
        <div className={css.field}>
          <span className={css.label}>{say.part}</span>
          <Select
            label={say.part}
            items={parts}
            value={chapterId ?? WHOLE}
            onChoose={(part) => setChapterId(part === WHOLE ? null : part)}
          />
        </div>
        <fieldset className={css.field}>
          <legend className={css.label}>{say.format}</legend>
          <div className={css.formats}>
            {FORMATS.map((one) => (
              <label key={one}>
                <input
                  type="radio"
                  name="export-format"
                  checked={one === format}
                  onChange={() => remember('exportFormat', one)}
                />
                {say.formats[one]}
              </label>
            ))}
          </div>
        </fieldset>
        <div className={css.field}>
          <label className={css.label} htmlFor={authorId}>
            {say.author}
          </label>
          <input
            id={authorId}
            className={ui.field}
            value={author}
            maxLength={200}
            onChange={(event) => remember('exportAuthor', event.target.value)}
          />
        </div>
        <div className={css.checks}>
          <label>
            <input type="checkbox" checked={withPerson} onChange={(event) => setWithPerson(event.target.checked)} />
            {say.withPerson}
          </label>
          <label>
            <input type="checkbox" checked={withNotes} onChange={(event) => setWithNotes(event.target.checked)} />
            {say.withNotes}
          </label>
        </div>
        <p className={ui.quiet}>{isOpen && isWriting ? `${say.shown} ${say.writing}` : say.shown}</p>
        <footer>
          {error === null ? (
            <span className={ui.quiet} role="status">
              {step === null ? '' : say.steps[step]}
            </span>
          ) : (
            <span className={ui.fault} role="alert">
              {sentenceOf(faultOf(error))}
            </span>
          )}
          <button type="button" className={ui.button} onClick={stop}>
            {words.common.cancel}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} autoFocus disabled={step !== null}>
            {words.commands.export}
          </button>
        </footer>
      </form>
    </Modal>
  );
}

/** Everything on the page is saved before it goes out. `stop` ends what is under way, and the dialog. */
function useExport(onClose: () => void) {
  const ending = useRef(new AbortController());
  const [step, setStep] = useState<'saving' | 'making'>('saving');
  const { mutate, isPending, error } = useMutation({
    mutationFn: async (wish: ExportWish) => {
      const { place, controller } = useWorkspace.getState();
      setStep('saving');
      if (place?.storyId === wish.storyId) await controller?.flush();
      setStep('making');
      return api.exporting.write(wish, { signal: ending.current.signal });
    },
    onSuccess: ({ name, base64, replaced }) => {
      saveFile(
        name,
        Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)),
      );
      toast([say.made(name), ...(replaced === 0 ? [] : [say.replaced(replaced)])].join(' '));
      onClose();
    },
    // It stands in the dialog.
    onError: () => undefined,
  });
  const stop = (): void => {
    ending.current.abort();
    onClose();
  };
  return { write: mutate, stop, step: isPending ? step : null, error };
}
