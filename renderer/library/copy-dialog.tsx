import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { api, useConnection } from '../lib/client.ts';
import { faultOf } from '../lib/faults.ts';
import { saveFile } from '../lib/save-file.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { useHeldText } from '../workspace/held-text.ts';
import { useWorkspace } from '../workspace/workspace.ts';
import ui from '../ui/ui.module.css';
import css from './copy-dialog.module.css';

const say = words.copy;

const held = (): string =>
  [useWorkspace.getState().controller?.held() ?? '', useHeldText.getState().text]
    .filter((text) => text !== '')
    .join('\n\n');

function download(): void {
  const day = new Date().toISOString().slice(0, 10);
  saveFile(say.pageFile(day), new TextEncoder().encode(held()));
}

/** Saves what there is to a place of the person's choice; the page alone, where nothing else answers. */
export function CopyDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const isThere = useConnection(({ state }) => state === 'open');
  return (
    <Modal title={say.title} onClose={onClose}>
      <div className={css.copy}>
        <WholeLibrary isThere={isThere} />
        <ThisPage isAlone={!isThere} />
      </div>
    </Modal>
  );
}

/** `isAlone`: nothing else can be saved. */
function ThisPage({ isAlone }: { readonly isAlone: boolean }): ReactElement {
  const isOpen = useWorkspace(({ controller }) => controller !== null);
  const hint = useId();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isAlone) button.current?.focus();
  }, [isAlone]);
  return (
    <section className={css.part} aria-label={say.page}>
      <h3>{say.page}</h3>
      <p className={ui.quiet} id={hint}>
        {isOpen ? say.pageHint : say.nothing}
      </p>
      <div>
        <button
          ref={button}
          type="button"
          className={isAlone ? `${ui.button} ${ui.primary}` : ui.button}
          aria-describedby={hint}
          aria-disabled={!isOpen}
          onClick={() => (isOpen ? download() : undefined)}
        >
          {say.download}
        </button>
      </div>
    </section>
  );
}

function WholeLibrary({ isThere }: { readonly isThere: boolean }): ReactElement {
  const [folder, setFolder] = useState('');
  const id = useId();
  const { mutate, isPending, data, error } = useMutation({
    mutationFn: () => api.backups.copy({ into: folder.trim() === '' ? null : folder.trim(), page: held() }),
    // It stands in the dialog.
    onError: () => undefined,
  });
  const told =
    data === undefined ? '' : data.problems === 0 ? say.made(data.folder) : say.damaged(data.problems, data.folder);
  return (
    <form
      className={css.part}
      aria-label={say.library}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPending) mutate();
      }}
    >
      <h3>{say.library}</h3>
      <p className={ui.quiet}>{isThere ? say.libraryHint : say.unreachable}</p>
      {isThere ? (
        <div className={css.row}>
          <label htmlFor={id}>{say.folder}</label>
          <input
            id={id}
            className={ui.field}
            value={folder}
            placeholder={say.home}
            spellCheck={false}
            autoFocus
            onChange={(event) => setFolder(event.target.value)}
          />
          <button type="submit" className={`${ui.button} ${ui.primary}`} aria-disabled={isPending}>
            {isPending ? say.making : say.title}
          </button>
        </div>
      ) : null}
      {error === null ? (
        <p className={`${ui.quiet} ${css.told}`} role="status">
          {told}
        </p>
      ) : (
        <p className={`${ui.fault} ${css.told}`} role="alert">
          {sentenceOf(faultOf(error))}
        </p>
      )}
    </form>
  );
}
