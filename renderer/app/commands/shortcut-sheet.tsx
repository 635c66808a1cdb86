import type { ReactElement } from 'react';
import { words } from '../../locales/index.ts';
import { Modal } from '../../ui/modal.tsx';
import { useCommands, type Command } from './commands.ts';

export function ShortcutSheet({ onClose }: { readonly onClose: () => void }): ReactElement {
  const commands: readonly Command[] = Object.values(useCommands());
  return (
    <Modal title={words.commands.shortcuts} onClose={onClose}>
      <dl className="keys">
        {commands
          .filter((command) => command.keys !== null)
          .map((command) => (
            <div key={command.title} className="key-row">
              <dt>{command.title}</dt>
              <dd>
                <kbd>{command.keys}</kbd>
              </dd>
            </div>
          ))}
      </dl>
    </Modal>
  );
}
