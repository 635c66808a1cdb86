import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
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

export function Modal({ title, onClose, wide, children }: Props): ReactElement {
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={modal.backdrop} />
        <Dialog.Popup className={wide === true ? `${modal.modal} ${modal.wide}` : modal.modal} finalFocus={false}>
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
