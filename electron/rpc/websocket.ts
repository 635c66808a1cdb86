import { randomUUID } from 'node:crypto';
import { RPCHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import { faultInterceptors, type Caller } from './gate.ts';
import type { StudioRouter } from './router.ts';

/** Serves the contract over sockets that were already let in; one caller per socket. */
export function serveWebSocket(router: StudioRouter): (socket: WebSocket) => void {
  const handler = new RPCHandler<Caller>(router, { clientInterceptors: faultInterceptors });
  return (socket) => {
    void handler.upgrade(socket, { context: { clientId: randomUUID() } });
  };
}
