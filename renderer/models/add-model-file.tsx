import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { ADD_MODEL_MESSAGE, TAKES_FILES } from '../../shared/window-messages.ts';
import { api, queries } from '../lib/client.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { toast } from '../ui/toasts.tsx';
import ui from '../ui/ui.module.css';
import css from './models.module.css';

/** So many are told one by one. */
const TOLD = 3;

/** A way to add a model file, and what lies in the folders without being read. */
export function AddModel(): ReactElement {
  const [isOpen, open] = useState(false);
  return (
    <>
      <p>
        <button type="button" className={ui.link} onClick={() => (hasPicker() ? askDesktop() : open(true))}>
          {words.models.add}
        </button>
      </p>
      <Unread />
      {isOpen ? <AddDialog onClose={() => open(false)} /> : null}
    </>
  );
}

/** A file that is dropped beside the text would take the page's place; the desktop adds it. */
export function takeDroppedFiles(): void {
  const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true;
  const take = (event: DragEvent): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const isTaken = event.target instanceof Element && event.target.closest(TAKES_FILES) !== null;
    if (event.type === 'drop' && !isTaken && !hasPicker()) toast(words.models.noDrop);
  };
  window.addEventListener('dragover', take, true);
  window.addEventListener('drop', take, true);
}

/** A browser tells no page where a file lies; the desktop's window can ask for one. */
const hasPicker = (): boolean => location.protocol === 'app:';
const askDesktop = (): void => window.postMessage({ type: ADD_MODEL_MESSAGE }, location.origin);

/** What lies in the models folders and is no model that can be read. */
export const useUnread = (): readonly StudioFault[] => useQuery(queries.models.unread.queryOptions()).data ?? [];

function Unread(): ReactElement | null {
  const unread = useUnread();
  if (unread.length === 0) return null;
  return (
    <div className={css.unread} role="note" aria-label={words.models.unread}>
      {unread.slice(0, TOLD).map((fault) => (
        <p key={sentenceOf(fault)} className={ui.quiet}>
          {sentenceOf(fault)}
        </p>
      ))}
      {unread.length > TOLD ? <p className={ui.quiet}>{words.models.unreadMore(unread.length - TOLD)}</p> : null}
    </div>
  );
}

function AddDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [path, setPath] = useState('');
  const add = useMutation({
    mutationFn: () => api.models.add({ path: path.trim() }),
    onSuccess: () => {
      onClose();
      toast(words.models.added);
    },
    // It stands below the field.
    onError: () => undefined,
  });
  return (
    <Modal title={words.models.add} onClose={onClose}>
      <form
        className={css.addModel}
        onSubmit={(event) => {
          event.preventDefault();
          if (path.trim() !== '') add.mutate();
        }}
      >
        <input
          className={ui.field}
          aria-label={words.models.addPath}
          placeholder={words.models.addPath}
          aria-invalid={add.error !== null || undefined}
          value={path}
          maxLength={4096}
          spellCheck={false}
          autoFocus
          onChange={(event) => setPath(event.target.value)}
        />
        {add.error === null ? (
          <p className={ui.quiet}>{words.models.addHint}</p>
        ) : (
          <p className={ui.fault} role="alert">
            {sentenceOf(faultOf(add.error))}
          </p>
        )}
        <footer>
          <button type="button" className={ui.button} onClick={onClose}>
            {words.common.cancel}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={add.isPending}>
            {words.models.addOne}
          </button>
        </footer>
      </form>
    </Modal>
  );
}
