import { RPCHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import type { Studio } from '../studio/studio.ts';
import { faultInterceptors } from './rpc-errors.ts';
import type { Caller, StudioRouter } from './router.ts';

/** An end that is gone without a word is noticed after one to two of these. */
export const PING_MS = 4000;

/** Serves the contract over sockets that were already let in, one for each client. */
export function serveWebSocket(
  router: StudioRouter,
  { connections, log }: Pick<Studio, 'connections' | 'log'>,
): (socket: WebSocket, clientId: string) => void {
  const handler = new RPCHandler<Caller>(router, { clientInterceptors: faultInterceptors(log) });
  return (socket, clientId) => {
    const { client, lost } = connections.open(clientId, () => socket.terminate());
    // Before the handler, so that what ends with the socket knows why.
    socket.once('close', lost);
    endWhenSilent(socket);
    void handler.upgrade(socket, { context: { client } });
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
  const timer = setInterval(() => setImmediate(check), PING_MS);
  socket.on('pong', hear).on('message', hear);
  socket.once('close', () => clearInterval(timer));
}
