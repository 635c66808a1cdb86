import { readFile } from 'node:fs/promises';
import { app, protocol } from 'electron';
import { assetHeaders, assetIdIn, contentPolicy, contentType, fileFor } from '../rpc/files.ts';
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

const nothing = (): Response =>
  new Response('There is nothing here.', {
    status: 404,
    headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  });

/** A file of a character, with the same headers as in a browser. */
async function serveAsset(desktop: Desktop, id: string): Promise<Response> {
  const asset = (await desktop.studio()).services.characters.file(id);
  if (asset === null) return nothing();
  try {
    return new Response(new Uint8Array(await readFile(asset.path)), {
      headers: { ...HEADERS, ...assetHeaders(asset) },
    });
  } catch {
    return nothing();
  }
}

/** Serves the built pages as app://paphos/, with the same headers that a browser gets from `paphos serve`. */
export function enableAppProtocol(desktop: Desktop): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
  const serve = (): void => {
    protocol.handle(SCHEME, async (request) => {
      const path = pagePath(request.method, request.url);
      const assetId = path === null ? null : assetIdIn(path);
      if (assetId !== null) return serveAsset(desktop, assetId);
      const file = path === null ? null : fileFor(desktop.pagesDir, path);
      if (file === null) return nothing();
      return new Response(new Uint8Array(await readFile(file)), {
        headers: { ...HEADERS, 'content-type': contentType(file) },
      });
    });
  };
  inBackground(app.whenReady().then(serve));
}
