import { app } from 'electron';
import { mayNavigate } from './policy.ts';
import { guarded } from '../log/guarded.ts';

/** No page of ours leads anywhere, opens a window or holds a foreign view. */
export function enableNavigation(): void {
  app.on(
    'web-contents-created',
    guarded((_event, contents) => {
      contents.setWindowOpenHandler(() => ({ action: 'deny' }));
      contents.on(
        'will-frame-navigate',
        guarded((event) => {
          if (!event.isMainFrame || !mayNavigate(event.url)) event.preventDefault();
        }),
      );
      contents.on(
        'will-redirect',
        guarded((event) => {
          if (!mayNavigate(event.url)) event.preventDefault();
        }),
      );
      contents.on(
        'will-attach-webview',
        guarded((event) => event.preventDefault()),
      );
    }),
  );
}
