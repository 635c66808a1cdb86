import { ContextMenu } from '@base-ui/react/context-menu';
import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { CommandItems } from '../commands/command-items.tsx';
import { onRowKey } from '../commands/keyboard.ts';
import type { RowTarget } from '../commands/moment.ts';
import { count } from '../../lib/numbers.ts';
import { words } from '../../locales/index.ts';
import { RenameField } from '../../ui/rename-field.tsx';
import ui from '../../ui/ui.module.css';
import menu from '../../ui/menu.module.css';
import css from './binder.module.css';

interface Props extends Pick<RowTarget, 'of'> {
  readonly title: string;
  /** Null where there is none, or the title says it already. */
  readonly number: number | null;
  readonly words: number;
  readonly current: boolean;
  /** Of two lists, the one that says what is on the page is marked stronger. */
  readonly strong: boolean;
  readonly onOpen: () => void;
  readonly onRename: (title: string) => void;
  readonly onRemove: (() => void) | null;
}

/** A story or chapter in the binder: opens on click, renames in place (F2, double click or menu). Its menu is
 * that of a right click, too. */
export function LibraryRow(props: Props): ReactElement {
  const [editing, setEditing] = useState(false);
  const [isBack, setIsBack] = useState(false);
  if (editing)
    return (
      <li className={css.row}>
        <RenameField
          label={words.common.title}
          title={props.title}
          onDone={(title, byKey) => {
            setEditing(false);
            setIsBack(byKey);
            if (title !== null) props.onRename(title);
          }}
        />
      </li>
    );
  const row = { of: props.of, rename: () => setEditing(true), remove: props.onRemove };
  return (
    <li className={css.row} data-strong={props.strong || undefined} data-current={props.current || undefined}>
      <ContextMenu.Root>
        <ContextMenu.Trigger
          render={
            <button
              type="button"
              className={css.rowOpen}
              aria-current={props.current ? 'true' : undefined}
              title={props.title}
              onClick={props.onOpen}
              onDoubleClick={() => setEditing(true)}
              autoFocus={isBack}
              onKeyDown={(event) => onRowKey(event.nativeEvent, row)}
            />
          }
        >
          {props.number === null ? null : <span className={`${css.rowNumber} num`}>{count(props.number)}</span>}
          <span className={css.rowTitle} dir="auto">
            {props.title}
          </span>
          <small className="num" title={words.common.words(props.words)}>
            {count(props.words)}
          </small>
        </ContextMenu.Trigger>
        <ContextMenu.Portal>
          <ContextMenu.Positioner data-layer>
            <ContextMenu.Popup className={menu.menu}>
              <CommandItems place="row menu" target={{ row }} />
            </ContextMenu.Popup>
          </ContextMenu.Positioner>
        </ContextMenu.Portal>
      </ContextMenu.Root>
      <Menu.Root modal={false}>
        <Menu.Trigger
          className={`${ui.iconButton} ${css.rowMore}`}
          aria-label={words.library.more(props.title)}
          title={words.library.more(props.title)}
        >
          <Ellipsis size={15} aria-hidden />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner data-layer sideOffset={4} align="end">
            <Menu.Popup className={menu.menu}>
              <CommandItems place="row menu" target={{ row }} />
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </li>
  );
}
