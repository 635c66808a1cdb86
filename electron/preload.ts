import { ipcRenderer, webUtils } from 'electron';
import {
  ADD_MODEL_MESSAGE,
  COMMAND_MESSAGE,
  CONNECT_MESSAGE,
  MENU_MESSAGE,
  PORT_MESSAGE,
  TAKES_FILES,
} from '../shared/window-messages.ts';

/**
 * Hands the page one port to the studio; the desktop the page's menus, and which model file is wanted; and the page
 * what is chosen there. Nothing else.
 */
window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== window) return;
  const { data } = event;
  if (typeof data !== 'object' || data === null || !('type' in data)) return;
  if (data.type === CONNECT_MESSAGE) {
    const { port1, port2 } = new MessageChannel();
    ipcRenderer.postMessage(CONNECT_MESSAGE, 'clientId' in data ? data.clientId : null, [port2]);
    window.postMessage(PORT_MESSAGE, location.origin, [port1]);
  } else if (data.type === MENU_MESSAGE) ipcRenderer.send(MENU_MESSAGE, 'menus' in data ? data.menus : null);
  else if (data.type === ADD_MODEL_MESSAGE) ipcRenderer.send(ADD_MODEL_MESSAGE);
});
ipcRenderer.on(COMMAND_MESSAGE, (_event, command: unknown) => {
  window.postMessage({ type: COMMAND_MESSAGE, command }, location.origin);
});
// Only here it is known where a file lies.
window.addEventListener(
  'drop',
  ({ isTrusted, dataTransfer, target }) => {
    if (target instanceof Element && target.closest(TAKES_FILES) !== null) return;
    const paths = Array.from(dataTransfer?.files ?? [], (file) => webUtils.getPathForFile(file));
    if (isTrusted && paths.length > 0) ipcRenderer.send(ADD_MODEL_MESSAGE, paths);
  },
  true,
);
