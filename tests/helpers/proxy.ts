import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * What lies between a page and a server. `forwards`: all that arrives goes on. `hangs`: nothing goes on, and neither
 * side is told. `mutes`: the server hears the page, and the page not the server. `refuses`: what was open is cut, and
 * nobody gets in.
 */
export type Network = 'forwards' | 'hangs' | 'mutes' | 'refuses';

export interface Proxy {
  set(network: Network): void;
  /** What is open is cut; who comes back gets in. */
  cut(): void;
  /** So many connections the server still keeps. */
  kept(): number;
  close(): Promise<void>;
}

/** Stands at another address of this machine, at the port of the server, so that a page finds the same origin there. */
export async function openProxy(host: string, port: number): Promise<Proxy> {
  let network: Network = 'forwards';
  const pairs = new Set<readonly [near: Socket, far: Socket]>();
  const waiting = new Map<Socket, Buffer[]>();
  const isGone = (pair: readonly Socket[]): boolean => pair.some((socket) => socket.destroyed);
  const destroy = (pair: readonly Socket[]): void => pair.forEach((socket) => socket.destroy());
  const cut = (): void => pairs.forEach(destroy);

  const goOn = (): void => {
    for (const pair of pairs) {
      for (const socket of pair) for (const bytes of waiting.get(socket)?.splice(0) ?? []) socket.write(bytes);
      if (isGone(pair)) destroy(pair);
    }
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const pair = [near, far] as const;
    const isStill = (to: Socket): boolean => network === 'hangs' || (network === 'mutes' && to === near);
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      waiting.set(to, []);
      from.on('error', () => undefined);
      from.on('data', (bytes) => {
        if (isStill(to)) waiting.get(to)?.push(bytes);
        else to.write(bytes);
      });
      from.on('close', () => {
        if (!isStill(to)) to.destroy();
        if (!near.destroyed || !far.destroyed) return;
        pairs.delete(pair);
        pair.forEach((socket) => waiting.delete(socket));
      });
    }
    if (network === 'refuses') destroy(pair);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    set(next) {
      network = next;
      if (next === 'refuses') cut();
      if (next === 'forwards') goOn();
    },
    cut,
    kept: () => [...pairs].filter(([, far]) => !far.destroyed).length,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
