import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useCallback, type ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import ui from './ui.module.css';
import css from './toasts.module.css';

const manager = Toast.createToastManager();
const READ_MS = 4000;
/** Where there is something to do or to open. */
const LONG_MS = 10_000;

interface Options {
  readonly kind?: 'info' | 'error';
  readonly detail?: string | null;
  readonly action?: { readonly label: string; readonly run: () => void } | null;
  readonly onClose?: () => void;
}

/**
 * A quiet line at the foot of the window; where something can be done about it, it stays for ten seconds. Answers with
 * the way to take it back.
 */
export function toast(
  message: string,
  { kind = 'info', detail = null, action = null, onClose }: Options = {},
): () => void {
  const id: string = manager.add({
    title: message,
    ...(onClose === undefined ? {} : { onClose }),
    ...(detail === null ? {} : { description: detail }),
    type: kind,
    priority: kind === 'error' ? 'high' : 'low',
    timeout: action !== null || detail !== null || kind === 'error' ? LONG_MS : READ_MS,
    ...(action === null
      ? {}
      : {
          actionProps: {
            children: action.label,
            onClick: () => {
              manager.close(id);
              action.run();
            },
          },
        }),
  });
  return () => manager.close(id);
}

export function toastFault(error: unknown): void {
  const fault = faultOf(error);
  toast(sentenceOf(fault), { kind: 'error', detail: fault.detail ?? null });
}

function List(): ReactElement {
  const { toasts } = Toast.useToastManager();
  return (
    <>
      {toasts.map((entry) => (
        <Toast.Root key={entry.id} toast={entry} className={css.toast} swipeDirection="down">
          <Toast.Content className={css.line}>
            <Toast.Title className={css.title} render={<p />} />
            <Toast.Action className={css.action} />
            <Toast.Close className={ui.iconButton} aria-label={words.common.dismiss} aria-hidden={false}>
              <X size={14} strokeWidth={1.7} aria-hidden />
            </Toast.Close>
          </Toast.Content>
          {entry.description === undefined ? null : (
            <details className={ui.details}>
              <summary>{words.common.details}</summary>
              <Toast.Description render={<pre />} />
            </details>
          )}
        </Toast.Root>
      ))}
    </>
  );
}

/** `onHeight`: how much of the page they take, in pixels; what is in use there makes room. */
export function Toasts({ onHeight }: { readonly onHeight: (height: number) => void }): ReactElement {
  const measure = useCallback(
    (node: HTMLDivElement | null) => {
      if (node === null) return undefined;
      const watch = new ResizeObserver(() => onHeight(node.offsetHeight));
      watch.observe(node);
      return () => watch.disconnect();
    },
    [onHeight],
  );
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={css.toasts} ref={measure}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
