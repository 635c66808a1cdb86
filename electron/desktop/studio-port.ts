import { ipcMain, type IpcMainEvent } from 'electron';
import { id } from '../../shared/contract/common.ts';
import { CONNECT_MESSAGE } from '../../shared/window-messages.ts';
import { servePort } from '../rpc/message-port.ts';
import { createRouter } from '../rpc/router.ts';
import type { Desktop } from './desktop.ts';
import { mayHavePort } from './policy.ts';
import { guarded } from '../log/guarded.ts';

/** Answers the preload script of our own top frame, and nobody else, with a port that speaks the contract. */
export function enableStudioPort(desktop: Desktop): void {
  const connect = (event: IpcMainEvent, clientId: unknown): void => {
    const [port] = event.ports;
    const asker = {
      frameUrl: event.senderFrame?.url ?? null,
      isTopFrame: event.senderFrame !== null && event.senderFrame === event.sender.mainFrame,
      isOurWindow: event.sender === desktop.window?.webContents,
      ports: event.ports.length,
    };
    const client = id.safeParse(clientId);
    if (port === undefined || !client.success || !mayHavePort(asker)) {
      for (const refused of event.ports) refused.close();
      return;
    }
    desktop
      .studio()
      .then((studio) => {
        servePort(createRouter(studio.services), studio)(port, client.data);
        port.start();
      })
      .catch(() => {
        port.close();
      });
  };
  ipcMain.on(CONNECT_MESSAGE, guarded(connect));
}
