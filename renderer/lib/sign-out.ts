import { failure } from '../../shared/faults/failure.ts';
import { api } from './client.ts';

/** Only a browser is signed in; the desktop's window is not. */
export const isSignedIn = (): boolean => globalThis.location?.protocol !== 'app:';

/** This browser gets a new key, and no other one is let in any more; the connection is made again with it. */
export async function signOutOthers(): Promise<void> {
  const token = await api.connection.signOutOthers();
  const query = new URLSearchParams({ token }).toString();
  const { ok, status } = await fetch(`./?${query}`, { credentials: 'same-origin' });
  if (!ok) throw failure('INTERNAL', {}, { detail: `the studio answered ${status}` });
}
