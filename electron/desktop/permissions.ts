import { app, session } from 'electron';
import { mayRequest } from './policy.ts';

/** Electron grants permissions unless told otherwise. A page of ours needs none, no network and no download. */
export function enablePermissions(): void {
  void app.whenReady().then(() => {
    const { defaultSession } = session;
    defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
      answer(false);
    });
    defaultSession.setPermissionCheckHandler(() => false);
    defaultSession.setDevicePermissionHandler(() => false);
    defaultSession.webRequest.onBeforeRequest((details, answer) => {
      answer({ cancel: !mayRequest(details.url) });
    });
    defaultSession.on('will-download', (event) => {
      event.preventDefault();
    });
  });
}
