import { ipcMain } from 'electron';
import { servePort } from '../rpc/port.ts';
import { createRouter } from '../rpc/router.ts';
import type { Desktop } from './desktop.ts';
import { mayHavePort } from './policy.ts';

/** Answers the preload script of our own top frame, and nobody else, with a port that speaks the contract. */
export function enableStudioPort(desktop: Desktop): void {
  ipcMain.on('paphos:connect', (event) => {
    const [port] = event.ports;
    const asker = {
      frameUrl: event.senderFrame?.url ?? null,
      isTopFrame: event.senderFrame !== null && event.senderFrame === event.sender.mainFrame,
      isOurWindow: event.sender === desktop.window?.webContents,
      ports: event.ports.length,
    };
    if (port === undefined || !mayHavePort(asker)) {
      for (const refused of event.ports) refused.close();
      return;
    }
    desktop.studio().then(
      (studio) => {
        servePort(createRouter(studio.services))(port);
        port.start();
      },
      () => {
        port.close();
      },
    );
  });
}
