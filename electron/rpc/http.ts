import { MOST_MESSAGE } from '../../shared/contract/limits.ts';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { id } from '../../shared/contract/common.ts';
import type { ServedFile } from '../studio/characters/characters.ts';
import { assetIdIn, contentPolicy, fileFor, sendAsset, sendFile } from './files.ts';
import { guarded } from '../log/guarded.ts';
import type { Session } from './browser-session.ts';

/** A larger message than a request may be is still heard to its end, so that it can be refused in words. */
const MOST_HEARD = 4 * MOST_MESSAGE;
const LOOPBACK = '127.0.0.1';

export interface HttpOptions {
  readonly session: Session;
  /** The built renderer. */
  readonly pages: string;
  /** Null: the last port if it is free, else any. */
  readonly port: number | null;
  /** What an opaque id of the library stands for. */
  assetFor(id: string): ServedFile | null;
  onClient(socket: WebSocket, clientId: string): void;
}
export interface HttpDoor {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const NOTHING = 'There is nothing here.\n';
const NO_ADDRESS = 'This is no address of Paphos.\n';
const BROKEN = 'Something inside Paphos went wrong. It is in the log.\n';
const ASK =
  'This page needs the address that Paphos printed when it started: it holds a key that works once.\nStart "paphos serve" again and open the new address.\n';

/** Browsers leave out the port that is the protocol's own. */
const hostsOf = (port: number): readonly string[] =>
  ['127.0.0.1', 'localhost', '[::1]'].flatMap((name) => [`${name}:${String(port)}`, ...(port === 80 ? [name] : [])]);

function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    const failed = guarded(fail);
    server.once('error', failed);
    server.listen(
      port,
      LOOPBACK,
      guarded(() => {
        server.off('error', failed);
        done((server.address() as AddressInfo).port);
      }),
    );
  });
}

const inUse = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');

async function listenSomewhere(server: Server, wanted: number | null, last: number | null): Promise<number> {
  if (wanted !== null) return listen(server, wanted);
  try {
    return await listen(server, last ?? 0);
  } catch (error) {
    if (last === null || !inUse(error)) throw error;
    return listen(server, 0);
  }
}

/** Its socket is no more in the server's keeping: it is not left to the other side to close it. */
function refuseUpgrade(socket: Duplex, status: string, words: string): void {
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${String(Buffer.byteLength(words))}\r\nConnection: close\r\n\r\n${words}`,
    guarded(() => socket.destroy()),
  );
}

/** The studio's door for a browser on this machine: the page, and one WebSocket at /rpc. */
export async function openHttpDoor(options: HttpOptions): Promise<HttpDoor> {
  const { session } = options;
  let port = 0;
  const known = (host: string | undefined): host is string => host !== undefined && hostsOf(port).includes(host);

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const host = request.headers.host;
    const say = (status: number, words: string): void => {
      response.writeHead(status, PLAIN).end(words);
    };
    if (!known(host)) return say(421, 'Paphos answers only at the address of this machine.\n');
    response.setHeader('content-security-policy', contentPolicy([`ws://${host}`]));
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-resource-policy', 'same-origin');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('connection', 'close');
      return say(405, 'Only reading is possible here.\n');
    }
    const url = URL.parse(request.url ?? '/', `http://${host}`);
    if (url === null) return say(400, NO_ADDRESS);
    const allowed = session.allows(request.headers.cookie, port);
    if (url.pathname === '/session') return say(allowed ? 200 : 401, allowed ? 'ok\n' : ASK);
    const assetId = assetIdIn(url.pathname);
    if (assetId !== null) {
      if (!allowed) return say(401, ASK);
      const asset = options.assetFor(assetId);
      if (asset === null || !sendAsset(response, asset, request.method === 'GET')) say(404, NOTHING);
      return;
    }
    if (url.pathname === '/') {
      const token = url.searchParams.get('token');
      if (token !== null) {
        const entry = session.exchange(token);
        const isFresh = entry !== 'refused';
        if (!isFresh && !allowed) return say(403, ASK);
        if (entry === 'alone') response.once('finish', guarded(endSockets));
        response
          .writeHead(303, {
            location: '/',
            'cache-control': 'no-store',
            ...(isFresh ? { 'set-cookie': session.cookie(port) } : {}),
          })
          .end();
        return;
      }
      // After a link on a foreign page the strict cookie comes only with the page's own requests.
      if (!allowed && request.headers['sec-fetch-site'] !== 'cross-site') return say(401, ASK);
      if (allowed) response.setHeader('set-cookie', session.cookie(port));
    }
    const file = fileFor(options.pages, url.pathname);
    if (file === null)
      return say(
        404,
        url.pathname === '/'
          ? 'The pages of Paphos are not built. Run "npm start" or "npm run build" in its folder.\n'
          : NOTHING,
      );
    sendFile(response, file, request.method === 'GET');
  };

  /** Who may still come in, comes again. */
  const endSockets = (): void => {
    for (const client of sockets.clients) client.terminate();
  };
  const answerBroken = (_request: IncomingMessage, response: ServerResponse): void => {
    if (response.headersSent) response.destroy();
    else response.writeHead(500, PLAIN).end(BROKEN);
  };

  const server = createServer({ maxHeaderSize: 16_384 }, guarded(answer, answerBroken));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_HEARD, perMessageDeflate: false });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on(
      'error',
      guarded(() => socket.destroy()),
    );
    const host = request.headers.host;
    if (!known(host))
      return refuseUpgrade(socket, '421 Misdirected Request', 'Paphos answers only at the address of this machine.');
    if (request.headers.origin !== `http://${host}`)
      return refuseUpgrade(socket, '403 Forbidden', 'Only Paphos’s own page may connect.');
    if (!session.allows(request.headers.cookie, port)) return refuseUpgrade(socket, '401 Unauthorized', ASK);
    const url = URL.parse(request.url ?? '/', `http://${host}`);
    if (url === null) return refuseUpgrade(socket, '400 Bad Request', NO_ADDRESS);
    if (url.pathname !== '/rpc') return refuseUpgrade(socket, '404 Not Found', NOTHING);
    const client = id.safeParse(url.searchParams.get('client'));
    if (!client.success)
      return refuseUpgrade(socket, '400 Bad Request', 'A page says which one it is when it connects.');
    const open = (opened: WebSocket): void => {
      opened.on(
        'error',
        guarded(() => opened.terminate()),
      );
      options.onClient(opened, client.data);
    };
    sockets.handleUpgrade(
      request,
      socket,
      head,
      guarded(open, (opened) => opened.terminate()),
    );
  };
  server.on(
    'upgrade',
    guarded(upgrade, (_request, socket) => socket.destroy()),
  );

  port = await listenSomewhere(server, options.port, session.lastPort);
  session.rememberPort(port);
  return {
    port,
    url: `http://${LOOPBACK}:${String(port)}/?token=${session.token}`,
    close: () =>
      new Promise((done) => {
        for (const client of sockets.clients) client.close(1001);
        server.close(guarded(() => done()));
        const terminate = (): void => {
          for (const client of sockets.clients) client.terminate();
          server.closeAllConnections();
        };
        setTimeout(guarded(terminate), 200).unref();
      }),
  };
}
