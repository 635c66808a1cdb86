import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { addModel } from './add-model.ts';
import type { Desktop } from './desktop.ts';

/** The manuscript undoes and redoes by itself; macOS needs the rest of Edit for its keys to work at all. */
function menuFor(platform: NodeJS.Platform, onAddModel: () => void): MenuItemConstructorOptions[] {
  const add: MenuItemConstructorOptions = { label: 'Add a model…', click: onAddModel };
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
    ],
  };
  if (platform !== 'darwin') return [{ label: 'File', submenu: [add, { type: 'separator' }, { role: 'quit' }] }, view];
  const edit: MenuItemConstructorOptions = {
    label: 'Edit',
    submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
  };
  return [
    { role: 'appMenu' },
    { label: 'File', submenu: [add, { role: 'close' }] },
    edit,
    view,
    { role: 'windowMenu' },
  ];
}

export function enableMenu(desktop: Desktop): void {
  void app.whenReady().then(() => {
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuFor(process.platform, () => {
          void addModel(desktop);
        }),
      ),
    );
  });
}
