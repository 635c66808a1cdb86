import type { ReactElement } from 'react';
import { keyName } from '../../lib/keys.ts';
import { words } from '../../locales/index.ts';
import { Modal } from '../../ui/modal.tsx';
import { momentNow } from './moment.ts';
import { COMMAND_IDS, commandOf } from './registry.ts';
import css from './shortcut-sheet.module.css';

export function ShortcutSheet({ onClose }: { readonly onClose: () => void }): ReactElement {
  return (
    <Modal title={words.commands.shortcuts} onClose={onClose}>
      <ShortcutList />
    </Modal>
  );
}

export function ShortcutList(): ReactElement {
  const moment = momentNow();
  return (
    <dl className={css.keys}>
      {COMMAND_IDS.map((id) => {
        const { key, name } = commandOf(id);
        return key === undefined ? null : (
          <div key={id} className={css.keyRow}>
            <dt>{name(moment)}</dt>
            <dd>
              <kbd>{keyName(key.press)}</kbd>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
