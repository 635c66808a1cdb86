import { ipcRenderer } from 'electron';
import { COMMAND_MESSAGE, MENU_MESSAGE } from '../shared/window-messages.ts';

/** Hands the page one port to the studio, the desktop the page's menus, and the page what is chosen there; nothing else. */
window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== window) return;
  const { data } = event;
  if (data === 'paphos:connect') {
    const { port1, port2 } = new MessageChannel();
    ipcRenderer.postMessage('paphos:connect', null, [port2]);
    window.postMessage('paphos:port', location.origin, [port1]);
  } else if (typeof data === 'object' && data !== null && 'type' in data && data.type === MENU_MESSAGE)
    ipcRenderer.send(MENU_MESSAGE, 'menus' in data ? data.menus : null);
});
ipcRenderer.on(COMMAND_MESSAGE, (_event, command: unknown) => {
  window.postMessage({ type: COMMAND_MESSAGE, command }, location.origin);
});
