import { app, ipcMain, Menu, type IpcMainEvent, type MenuItemConstructorOptions } from 'electron';
import { desktopMenus, type DesktopMenu, type MenuGroup } from '../../shared/desktop-menu.ts';
import { ADD_MODEL_MESSAGE, COMMAND_MESSAGE, MENU_MESSAGE } from '../../shared/window-messages.ts';
import { addModel } from './add-model.ts';
import type { Desktop } from './desktop.ts';
import { words } from './words.ts';
import { guarded, inBackground } from '../log/guarded.ts';

interface Actions {
  readonly addModel: () => void;
  readonly choose: (command: string) => void;
}

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

/** The manuscript undoes and redoes by itself; macOS needs the rest of Edit for its keys to work at all. */
function menuFor(platform: NodeJS.Platform, offered: readonly DesktopMenu[], actions: Actions) {
  const of = (group: MenuGroup): MenuItemConstructorOptions[] =>
    (offered.find((menu) => menu.group === group)?.items ?? []).map(({ command, name, accelerator }) => ({
      label: name,
      // The page hears its keys itself; here they are only shown, but on macOS, where the page hears them first.
      ...(accelerator === null ? {} : { accelerator, registerAccelerator: false }),
      click: guarded(() => actions.choose(command)),
    }));
  const extra = (group: MenuGroup): MenuItemConstructorOptions[] => {
    const items = of(group);
    return items.length === 0 ? [] : [...items, SEPARATOR];
  };
  const own = (group: MenuGroup): MenuItemConstructorOptions[] => {
    const items = of(group);
    return items.length === 0 ? [] : [{ label: offered.find((menu) => menu.group === group)?.title, submenu: items }];
  };
  const titleOf = (group: MenuGroup, otherwise: string): string =>
    offered.find((menu) => menu.group === group)?.title ?? otherwise;
  const isMac = platform === 'darwin';
  const file: MenuItemConstructorOptions = {
    label: titleOf('file', words.file),
    submenu: [
      ...extra('file'),
      { label: words.opensDialog(words.addModel), click: actions.addModel },
      ...(isMac ? [{ role: 'close' } as const] : [SEPARATOR, { role: 'quit' } as const]),
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: titleOf('view', words.view),
    submenu: [
      ...extra('view'),
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      SEPARATOR,
      { role: 'togglefullscreen' },
    ],
  };
  if (!isMac) return [file, ...own('story'), view, ...own('help')];
  const edit: MenuItemConstructorOptions = {
    label: words.edit,
    submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
  };
  return [
    { role: 'appMenu' } as const,
    file,
    edit,
    ...own('story'),
    view,
    { role: 'windowMenu' } as const,
    ...own('help'),
  ];
}

/**
 * The menu bar: what only the desktop can do, and the commands that the page offers. They come from the page rather
 * than from a table of both sides, so that each has one entry, its name in the page's language, and its key.
 */
export function enableMenu(desktop: Desktop): void {
  const show = (offered: readonly DesktopMenu[]): void => {
    const template = menuFor(process.platform, offered, {
      addModel: guarded(() => addModel(desktop)),
      choose: (command) => {
        desktop.window?.webContents.send(COMMAND_MESSAGE, command);
      },
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  };
  const isOurPage = ({ sender, senderFrame }: IpcMainEvent): boolean =>
    sender === desktop.window?.webContents && senderFrame === sender.mainFrame;
  inBackground(app.whenReady().then(() => show([])));
  ipcMain.on(
    MENU_MESSAGE,
    guarded((event: IpcMainEvent, offer: unknown) => {
      const offered = desktopMenus.safeParse(offer);
      if (isOurPage(event) && offered.success) show(offered.data);
    }),
  );
  ipcMain.on(
    ADD_MODEL_MESSAGE,
    guarded((event: IpcMainEvent, paths: unknown) => (isOurPage(event) ? addModel(desktop, paths) : undefined)),
  );
}
