import type { DesktopMenu, MenuGroup } from '../../../shared/desktop-menu.ts';
import { COMMAND_MESSAGE, MENU_MESSAGE } from '../../../shared/window-messages.ts';
import { pressOn } from '../../lib/keys.ts';
import { words } from '../../locales/index.ts';
import { toast } from '../../ui/toasts.tsx';
import { momentNow } from './moment.ts';
import { COMMAND_IDS, commandOf, type Command } from './registry.ts';
import { runCommand } from './use-command.ts';

const GROUPS: readonly MenuGroup[] = ['file', 'story', 'view', 'help'];

/** A key that a field needs for itself must not become the menu's, which macOS hears before any field does. */
function acceleratorOf({ key }: Command): string | null {
  if (key === undefined || key.heard === 'text') return null;
  const press = pressOn(key.press);
  return press.startsWith('Mod+') ? press.replace('Mod', 'CmdOrCtrl') : null;
}

export function desktopMenus(): DesktopMenu[] {
  const moment = momentNow();
  return GROUPS.map((group) => ({
    group,
    title: words.commands.menus[group],
    items: COMMAND_IDS.filter((id) => commandOf(id).desktopMenu === group).map((id) => ({
      command: id,
      name: commandOf(id).name(moment),
      accelerator: acceleratorOf(commandOf(id)),
    })),
  }));
}

/** In the desktop's window: gives it the commands for its menu bar, and does what is chosen there. */
export function offerDesktopMenus(): void {
  if (location.protocol !== 'app:') return;
  window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
    if (source !== window || typeof data !== 'object' || data === null || !('type' in data)) return;
    if (data.type !== COMMAND_MESSAGE || !('command' in data)) return;
    const id = COMMAND_IDS.find((one) => one === data.command);
    const why = id === undefined ? null : runCommand(id);
    if (why !== null) toast(why);
  });
  window.postMessage({ type: MENU_MESSAGE, menus: desktopMenus() }, location.origin);
}
