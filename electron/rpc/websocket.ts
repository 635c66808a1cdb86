import { RPCHandler } from '@orpc/server/ws';
import type { RawData, WebSocket } from 'ws';
import { guarded, inBackground } from '../log/guarded.ts';
import { PACKED } from '../../shared/contract/packed-turns.ts';
import type { Studio } from '../studio/studio.ts';
import { refusalOf } from './message-limit.ts';
import { faultInterceptors } from './rpc-errors.ts';
import type { Caller, StudioRouter } from './router.ts';

/** What a browser says when a page is closed or left. */
const GOING_AWAY = 1001;

/** An end that is gone without a word is noticed after one to two of these. */
export const PING_MS = 4000;

/** Serves the contract over sockets that were already let in, one for each client. */
export function serveWebSocket(
  router: StudioRouter,
  { connections, log }: Pick<Studio, 'connections' | 'log'>,
): (socket: WebSocket, clientId: string) => void {
  const handler = new RPCHandler<Caller>(router, { clientInterceptors: faultInterceptors(log), ...PACKED });
  return (socket, clientId) => {
    const { client, lost } = connections.open(clientId, () => socket.terminate());
    // Before the handler, so that what ends with the socket knows why.
    socket.once(
      'close',
      guarded((code: number) => lost(code === GOING_AWAY)),
    );
    endWhenSilent(socket);
    inBackground(handler.upgrade(withinLimit(socket), { context: { client } }));
  };
}

type Served = Parameters<RPCHandler<Caller>['upgrade']>[0];

/** A socket that answers a request that is too large itself, and goes on. */
function withinLimit(socket: WebSocket): Served {
  return {
    send: socket.send.bind(socket),
    addEventListener: ((type: 'message' | 'close', listener: (event: { readonly data?: unknown }) => unknown) => {
      const hear = guarded((data?: RawData, isBinary?: boolean) => {
        const message = data as Buffer | undefined;
        const refused = message === undefined ? null : refusalOf(message);
        if (refused === null) return listener({ data: isBinary === true ? message : message?.toString() });
        return refused.answer === null ? socket.close(1009) : socket.send(refused.answer);
      });
      if (type === 'message') socket.on('message', hear);
      else
        socket.on(
          'close',
          guarded(() => listener({})),
        );
    }) as Served['addEventListener'],
  };
}

function endWhenSilent(socket: WebSocket): void {
  let isHeard = true;
  const hear = (): void => {
    isHeard = true;
  };
  const check = (): void => {
    if (!isHeard) {
      socket.terminate();
      return;
    }
    isHeard = false;
    socket.ping();
  };
  // What has arrived while this process was busy is read before it is judged.
  const timer = setInterval(
    guarded(() => setImmediate(guarded(check))),
    PING_MS,
  );
  socket.on('pong', guarded(hear)).on('message', guarded(hear));
  socket.once(
    'close',
    guarded(() => clearInterval(timer)),
  );
}
