/**
 * One connection of a page, open until `signal` is aborted. The page keeps its id over a reload and a lost connection.
 */
export interface Client {
  readonly id: string;
  readonly signal: AbortSignal;
}

export interface Connections {
  /** A page has one connection: an older one of the same page is closed. `lost` is to be called when this one is. */
  open(clientId: string, close: () => void): { readonly client: Client; lost(): void };
}

export function createConnections(): Connections {
  const ends = new Map<string, () => void>();
  return {
    open(id, close) {
      ends.get(id)?.();
      const connection = new AbortController();
      const lost = (): void => {
        if (ends.get(id) === end) ends.delete(id);
        connection.abort();
      };
      const end = (): void => {
        lost();
        close();
      };
      ends.set(id, end);
      return { client: { id, signal: connection.signal }, lost };
    },
  };
}
