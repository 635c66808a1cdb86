import { ipcRenderer } from 'electron';

/** Hands the page one port to the studio; nothing else. */
window.addEventListener('message', (event) => {
  if (event.source !== window || event.data !== 'paphos:connect') return;
  const { port1, port2 } = new MessageChannel();
  ipcRenderer.postMessage('paphos:connect', null, [port2]);
  window.postMessage('paphos:port', location.origin, [port1]);
});
