import { readFile } from 'node:fs/promises';
import { app, protocol } from 'electron';
import { contentPolicy, contentType, fileFor } from '../rpc/files.ts';
import type { Desktop } from './desktop.ts';
import { pagePath, SCHEME } from './policy.ts';
import { inBackground } from '../log/guarded.ts';

const HEADERS = {
  'content-security-policy': contentPolicy([]),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Serves the built pages as app://paphos/, with the same headers that a browser gets from `paphos serve`. */
export function enableAppProtocol(desktop: Desktop): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
  const serve = (): void => {
    protocol.handle(SCHEME, async (request) => {
      const path = pagePath(request.method, request.url);
      const file = path === null ? null : fileFor(desktop.pagesDir, path);
      if (file === null)
        return new Response('There is nothing here.', {
          status: 404,
          headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
        });
      return new Response(new Uint8Array(await readFile(file)), {
        headers: { ...HEADERS, 'content-type': contentType(file) },
      });
    });
  };
  inBackground(app.whenReady().then(serve));
}
