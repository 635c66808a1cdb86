import { randomUUID } from 'node:crypto';
import { RPCHandler } from '@orpc/server/message-port';
import { faultInterceptors, type Caller } from './gate.ts';
import type { StudioRouter } from './router.ts';

type Port = Parameters<RPCHandler<Caller>['upgrade']>[0];

/** Serves the contract over a message port (Electron's, or one of Node's); one caller per port. The port must be started by its owner. */
export function servePort(router: StudioRouter): (port: Port) => void {
  const handler = new RPCHandler<Caller>(router, { clientInterceptors: faultInterceptors });
  return (port) => {
    handler.upgrade(port, { context: { clientId: randomUUID() } });
  };
}
