import { createORPCClient, ORPCError, type ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { os } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { afterEach, expect, test, vi } from 'vitest';
import type { StudioApi } from '../../shared/contract/index.ts';
import { failure } from '../../shared/faults/failure.ts';
import { faultOf } from './faults.ts';

const logged = vi.spyOn(console, 'error').mockReturnValue();
afterEach(() => {
  logged.mockClear();
});

class Socket extends EventTarget {
  readyState = 1;
  onSend: () => void = () => undefined;

  send(): void {
    this.onSend();
  }
  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

const beatOver = (link: ClientLink<Record<never, never>>): Promise<void> =>
  createORPCClient<StudioApi>(link).connection.beat();
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error: unknown) => faultOf(error).code,
  );

const ways: Record<string, (socket: Socket) => void> = {
  'closes under a call': (socket) => (socket.onSend = () => setImmediate(() => socket.close())),
  'closes while a call is sent': (socket) => (socket.onSend = () => socket.close()),
  'was closed before': (socket) => socket.close(),
};
test.each(Object.entries(ways))('a socket that %s is a lost connection', async (_way, lose) => {
  const socket = new Socket();
  const link = new SocketLink({ websocket: socket as unknown as WebSocket });
  lose(socket);
  expect(await codeOf(beatOver(link))).toBe('UNREACHABLE');
  expect(logged).not.toHaveBeenCalled();
});

test.each([0, 1])('a stream whose port closes after %d values is broken by a lost connection', async (heard) => {
  const { port1, port2 } = new MessageChannel();
  new RPCHandler({
    count: os.handler(async function* count() {
      yield 1;
      await new Promise(() => undefined);
    }),
  }).upgrade(port1);
  port1.start();
  port2.start();
  const { count } = createORPCClient<{ count: () => Promise<AsyncGenerator<number>> }>(new PortLink({ port: port2 }));
  const stream = await count();
  for (let value = 0; value < heard; value++) await stream.next();
  const closed = new Promise((resolve) => port2.addEventListener('close', resolve, { once: true }));
  port1.close();
  await closed;
  const values = async (): Promise<void> => {
    for await (const _value of stream);
  };
  expect(await codeOf(values())).toBe('UNREACHABLE');
});

test('a defect of the page is told as one, and logged once', () => {
  const defect = new TypeError('x is not a function');
  expect(faultOf(defect)).toEqual({ code: 'INTERNAL', params: {}, detail: 'TypeError: x is not a function' });
  faultOf(defect);
  expect(logged.mock.calls).toEqual([[defect]]);
});

test('what the studio or the page itself has told is told as it is', () => {
  const told = { code: 'DISK_FULL', params: {} };
  expect(faultOf(new ORPCError('CONFLICT', { data: told }))).toEqual(told);
  expect(faultOf(failure('CHANGED_ELSEWHERE', {}))).toEqual({ code: 'CHANGED_ELSEWHERE', params: {} });
  expect(faultOf(new ORPCError('NOT_FOUND', { message: 'No such call' })).code).toBe('INTERNAL');
  expect(logged).not.toHaveBeenCalled();
});
