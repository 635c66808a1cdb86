import { Menu } from '@base-ui/react/menu';
import type { ReactElement } from 'react';
import { momentNow, type Target } from './moment.ts';
import { commandOf, commandsIn, type CommandId } from './registry.ts';
import { keysFor, runCommand } from './use-command.ts';
import menu from '../../ui/menu.module.css';

interface Props {
  readonly place: 'turn menu' | 'row menu';
  readonly target: Target;
}

/** The commands of a menu, for what the menu was opened on; what removes something stands last. */
export function CommandItems({ place, target }: Props): ReactElement {
  const moment = momentNow(target);
  const shown = commandsIn(place).filter((id) => commandOf(id).applies?.(moment) !== false);
  const item = (id: CommandId): ReactElement => {
    const { name, detail, hint, key, why, isRemoval } = commandOf(id);
    const reason = why?.(moment) ?? null;
    const behind = place === 'row menu' && isRemoval !== true && key !== undefined ? keysFor(id) : detail?.(moment);
    return (
      <Menu.Item
        key={id}
        title={hint}
        className={isRemoval === true ? menu.danger : undefined}
        disabled={reason !== null}
        onClick={() => void runCommand(id, target)}
      >
        {name(moment)}
        {reason === null ? null : <small>{reason}</small>}
        {behind === undefined ? null : <kbd>{behind}</kbd>}
      </Menu.Item>
    );
  };
  const removals = shown.filter((id) => commandOf(id).isRemoval === true);
  return (
    <>
      {shown.filter((id) => !removals.includes(id)).map(item)}
      {place === 'turn menu' ? <div className={menu.line} /> : null}
      {removals.map(item)}
    </>
  );
}
