import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
};

export const contentType = (file: string): string => TYPES[extname(file)] ?? 'application/octet-stream';

/**
 * What a page of ours may do; the same for a browser and for the desktop window. `sockets` are the addresses it may
 * open a WebSocket to.
 */
export function contentPolicy(sockets: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    `connect-src ${["'self'", ...sockets].join(' ')}`,
    "worker-src 'self'",
    "object-src 'none'",
    "frame-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** The file below `root` that an address means, or null: an address never leaves the folder. */
export function fileFor(root: string, pathname: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  const base = resolve(root);
  const file = resolve(join(base, path === '/' ? 'index.html' : path));
  if (!file.startsWith(base + sep)) return null;
  try {
    return statSync(file).isFile() ? file : null;
  } catch {
    return null;
  }
}

/** What the page may ask for besides its own files: what belongs to a character, by an id that says nothing. */
export const assetIdIn = (pathname: string): string | null =>
  /^\/asset\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(pathname)?.[1] ?? null;

interface ServedAsset {
  readonly type: string;
  /** It is saved under that, and not shown. */
  readonly name: string | null;
}

/** Somebody else made it: it is a picture or bytes, never a page. What an id stands for never changes. */
export const assetHeaders = ({ type, name }: ServedAsset): Readonly<Record<string, string>> => ({
  'content-type': type,
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': name === null ? 'private, max-age=31536000, immutable' : 'no-store',
  ...(name === null && type.startsWith('image/')
    ? {}
    : { 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name ?? 'file')}` }),
});

export function sendAsset(
  response: ServerResponse,
  { path, ...served }: ServedAsset & { readonly path: string },
  withBody: boolean,
): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return false;
  response.writeHead(200, { ...assetHeaders(served), 'content-length': size });
  if (withBody) pipeline(createReadStream(path), response).catch(() => undefined);
  else response.end();
  return true;
}

export function sendFile(response: ServerResponse, file: string, withBody: boolean): void {
  const immutable = /[\\/]assets[\\/]/.test(file);
  response.writeHead(200, {
    'content-type': contentType(file),
    'content-length': statSync(file).size,
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (!withBody) {
    response.end();
    return;
  }
  // Either end may go in the middle; the other one ends with it.
  pipeline(createReadStream(file), response).catch(() => undefined);
}
