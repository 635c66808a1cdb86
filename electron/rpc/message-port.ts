import { RPCHandler } from '@orpc/server/message-port';
import type { Studio } from '../studio/studio.ts';
import { faultInterceptors } from './rpc-errors.ts';
import type { Caller, StudioRouter } from './router.ts';
import { guarded } from '../log/guarded.ts';

type Port = Parameters<RPCHandler<Caller>['upgrade']>[0] & {
  on(event: 'close', listener: () => void): unknown;
  close(): void;
};

/**
 * Serves the contract over a message port (Electron's, or one of Node's), one for each client. The port must be started
 * by its owner.
 */
export function servePort(
  router: StudioRouter,
  { connections, log }: Pick<Studio, 'connections' | 'log'>,
): (port: Port, clientId: string) => void {
  const handler = new RPCHandler<Caller>(router, { clientInterceptors: faultInterceptors(log) });
  return (port, clientId) => {
    const { client, lost } = connections.open(clientId, () => port.close());
    // Before the handler, so that what ends with the port knows why.
    port.on('close', guarded(lost));
    handler.upgrade(port, { context: { client } });
  };
}
