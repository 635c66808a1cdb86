import { app, session } from 'electron';
import { mayRequest, maySave, mayUse } from './policy.ts';
import { guarded, inBackground } from '../log/guarded.ts';

/** Electron grants permissions unless told otherwise. A page of ours needs one and no network. */
export function enablePermissions(): void {
  const forbid = (): void => {
    const { defaultSession } = session;
    defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
      answer(mayUse(permission));
    });
    defaultSession.setPermissionCheckHandler((_contents, permission) => mayUse(permission));
    defaultSession.setDevicePermissionHandler(() => false);
    defaultSession.webRequest.onBeforeRequest((details, answer) => {
      answer({ cancel: !mayRequest(details.url) });
    });
    // Without a path of ours Electron asks where the file is to go.
    defaultSession.on(
      'will-download',
      guarded((event, item) => {
        if (!maySave(item.getURL())) event.preventDefault();
      }),
    );
  };
  inBackground(app.whenReady().then(forbid));
}
