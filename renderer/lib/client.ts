import { createORPCClient, type ClientLink, type ClientOptions } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { create } from 'zustand';
import type { StudioApi } from '../../shared/contract/index.ts';
import { PACKED } from '../../shared/contract/packed-turns.ts';
import { CONNECT_MESSAGE, PORT_MESSAGE } from '../../shared/window-messages.ts';
import { BEAT_EVERY_MS, BEAT_WITHIN_MS, startHeartbeat } from './heartbeat.ts';
import { pageId } from './page-id.ts';

type Context = Record<never, never>;
type Link = ClientLink<Context>;

export interface Connection {
  /** `lost`: it was open before, or could not be opened; it is being tried again. */
  readonly state: 'connecting' | 'open' | 'lost';
  readonly attempts: number;
  /** The studio answers, but no longer knows this page's key. */
  readonly refused: boolean;
}

export const useConnection = create<Connection>(() => ({ state: 'connecting', attempts: 0, refused: false }));

/** Nothing of the studio is known now: what it said last need not be so. */
export const isAway = ({ state, attempts }: Connection): boolean => state === 'lost' && attempts > 1;

let link: Link | null = null;
let waiting: ((opened: Link) => void)[] = [];

function opened(next: Link): void {
  link = next;
  useConnection.setState({ state: 'open', attempts: 0, refused: false });
  const calls = waiting;
  waiting = [];
  for (const call of calls) call(next);
}

/** A request made while there is no connection waits for the next one; one that was under way when it broke fails. */
function openLink(signal: AbortSignal | undefined): Promise<Link> {
  if (link !== null) return Promise.resolve(link);
  return new Promise((resolve, reject) => {
    waiting.push(resolve);
    signal?.addEventListener(
      'abort',
      () => {
        waiting = waiting.filter((call) => call !== resolve);
        reject(new DOMException('Aborted', 'AbortError'));
      },
      { once: true },
    );
  });
}

const steady: Link = {
  async call(path: readonly string[], input: unknown, options: ClientOptions<Context>): Promise<unknown> {
    return (await openLink(options.signal)).call(path, input, options);
  },
};

export const api: StudioApi = createORPCClient(steady);
export const queries = createTanstackQueryUtils(api);

/** Resolves when requests can be made. */
export async function whenOpen(): Promise<void> {
  await openLink(undefined);
}

const RETRY_MS = [100, 250, 500, 1000, 2000];
/** As long as an open socket may be silent. */
const OPEN_WITHIN_MS = BEAT_EVERY_MS + BEAT_WITHIN_MS;

/** A refused WebSocket does not say why; a plain request does. */
async function askWhy(): Promise<void> {
  const answer = await fetch('session', { credentials: 'same-origin' }).catch(() => null);
  useConnection.setState({ refused: answer?.status === 401 });
}

function connectSocket(clientId: string): void {
  const url = new URL('rpc', document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = new URLSearchParams({ client: clientId }).toString();
  url.hash = '';
  const socket = new WebSocket(url);
  // A socket that is closed waits for its other end. Where that is gone, what hangs on the socket is told now.
  const giveUp = (): void => {
    socket.close();
    socket.dispatchEvent(new CloseEvent('close'));
  };
  const opening = setTimeout(giveUp, OPEN_WITHIN_MS);
  let stopHeartbeat = (): void => clearTimeout(opening);
  socket.addEventListener(
    'open',
    () => {
      clearTimeout(opening);
      const next = new SocketLink({ websocket: socket, ...PACKED });
      const { connection } = createORPCClient<StudioApi>(next);
      stopHeartbeat = startHeartbeat(() => connection.beat(), giveUp);
      opened(next);
    },
    { once: true },
  );
  socket.addEventListener(
    'close',
    () => {
      stopHeartbeat();
      link = null;
      const { attempts } = useConnection.getState();
      useConnection.setState({ state: 'lost', attempts: attempts + 1 });
      void askWhy();
      setTimeout(() => connectSocket(clientId), RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)]);
    },
    { once: true },
  );
}

/** In the desktop window the preload script answers this request with a port to the studio. */
function connectPort(clientId: string): void {
  window.addEventListener('message', (event) => {
    const port = event.ports[0];
    if (event.source !== window || event.data !== PORT_MESSAGE || port === undefined) return;
    port.start();
    opened(new PortLink({ port, ...PACKED }));
  });
  window.postMessage({ type: CONNECT_MESSAGE, clientId }, location.origin);
}

export async function connect(): Promise<void> {
  const clientId = await pageId();
  if (location.protocol === 'app:') connectPort(clientId);
  else connectSocket(clientId);
}
