import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { openingFault } from './opening-fault.ts';

test('what the network refuses is no fault of the folder', async () => {
  const server = createServer();
  const refused = once(server, 'error');
  // An address of nobody's (RFC 5737).
  server.listen(0, '192.0.2.1');
  const [error] = (await refused) as [Error];
  expect(openingFault(error, '/home/anna/stories')).toBe(error);
});
