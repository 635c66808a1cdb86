import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/** The manuscript undoes and redoes by itself; macOS needs the rest of Edit for its keys to work at all. */
export function menuFor(platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' }],
  };
  if (platform !== 'darwin') return [{ label: 'File', submenu: [{ role: 'quit' }] }, view];
  const edit: MenuItemConstructorOptions = { label: 'Edit', submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] };
  return [{ role: 'appMenu' }, edit, view, { role: 'windowMenu' }];
}

export function enableMenu(): void {
  void app.whenReady().then(() => { Menu.setApplicationMenu(Menu.buildFromTemplate(menuFor(process.platform))); });
}
