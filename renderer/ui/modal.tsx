import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useRef, type ReactElement, type ReactNode } from 'react';
import { keyName } from '../lib/keys.ts';
import { words } from '../locales/index.ts';
import ui from './ui.module.css';
import modal from './modal.module.css';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  /** For a table and what belongs to it. */
  readonly wide?: true;
  readonly children: ReactNode;
}

/** What is asked for in it has the focus, else the dialog itself: not the button that closes it. */
export function Modal({ title, onClose, wide, children }: Props): ReactElement {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={modal.backdrop} />
        <Dialog.Popup
          ref={popup}
          className={wide === true ? `${modal.modal} ${modal.wide}` : modal.modal}
          initialFocus={() => (popup.current?.contains(document.activeElement) === true ? false : popup.current)}
          finalFocus={false}
        >
          <header>
            <Dialog.Title>{title}</Dialog.Title>
            <Dialog.Close
              className={ui.iconButton}
              aria-label={words.common.close}
              title={`${words.common.close} (${keyName('Escape')})`}
            >
              <X size={16} strokeWidth={1.7} aria-hidden />
            </Dialog.Close>
          </header>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
