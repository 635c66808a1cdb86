import { RPCHandler } from '@orpc/server/message-port';
import { PACKED } from '../../shared/contract/packed-turns.ts';
import type { Studio } from '../studio/studio.ts';
import { refusalOf } from './message-limit.ts';
import { faultInterceptors } from './rpc-errors.ts';
import type { Caller, StudioRouter } from './router.ts';
import { guarded } from '../log/guarded.ts';

type Served = Parameters<RPCHandler<Caller>['upgrade']>[0];
/** As Electron's in main. */
interface Port {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  close(): void;
}

/** Serves the contract over message ports of Electron's, one for each client. A port must be started by its owner. */
export function servePort(
  router: StudioRouter,
  { connections, log }: Pick<Studio, 'connections' | 'log'>,
): (port: Port, clientId: string) => void {
  const handler = new RPCHandler<Caller>(router, { clientInterceptors: faultInterceptors(log), ...PACKED });
  return (port, clientId) => {
    const { client, lost } = connections.open(clientId, () => port.close());
    // Before the handler, so that what ends with the port knows why.
    port.on(
      'close',
      guarded(() => lost()),
    );
    handler.upgrade(withinLimit(port), { context: { client } });
  };
}

/** A port that answers a request that is too large itself, and goes on; what is no text ends it. */
function withinLimit(port: Port): Served {
  return {
    postMessage: (message: unknown) => {
      port.postMessage(message);
    },
    on: (type: 'message' | 'close', listener: (event?: { readonly data: unknown }) => void): void => {
      const hear = guarded((event: { readonly data: unknown }) => {
        const refused = typeof event.data === 'string' ? refusalOf(event.data) : { answer: null };
        if (refused === null) return listener(event);
        return refused.answer === null ? port.close() : port.postMessage(refused.answer);
      });
      if (type === 'message') port.on('message', hear);
      else
        port.on(
          'close',
          guarded(() => listener()),
        );
    },
  } as Served;
}
