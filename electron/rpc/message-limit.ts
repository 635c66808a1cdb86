import { MOST_MESSAGE } from '../../shared/contract/limits.ts';
import { fault } from '../../shared/faults/failure.ts';
import { rpcError } from './rpc-errors.ts';

const REQUEST_ID = /^\{"i":("[^"\\]{1,64}")/;

/** `answer`: to the request, so that its connection goes on; null where nobody can tell which request it is. */
export interface Refusal {
  readonly answer: string | null;
}

/** Null for a message that is no larger than a request may be. */
export function refusalOf(message: string | Buffer): Refusal | null {
  const bytes = Buffer.byteLength(message);
  if (bytes <= MOST_MESSAGE) return null;
  const start = typeof message === 'string' ? message.slice(0, 80) : message.toString('utf8', 0, 80);
  const [, id] = REQUEST_ID.exec(start) ?? [];
  const error = rpcError(fault('TOO_LARGE', { bytes }), 413).toJSON();
  return {
    answer: id === undefined ? null : `{"i":${id},"p":${JSON.stringify({ s: error.status, b: { json: error } })}}`,
  };
}
