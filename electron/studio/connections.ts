/**
 * One connection of a page, open until `signal` is aborted. The page keeps its id over a reload and a lost connection.
 */
export interface Client {
  readonly id: string;
  readonly signal: AbortSignal;
  /** Its page said that it goes: it was closed, or is being loaded anew. */
  readonly hasLeft: boolean;
}

export interface Connections {
  /**
   * A page has one connection: an older one of the same page is closed. `lost` is to be called when this one is;
   * `hasLeft`: its page said so.
   */
  open(clientId: string, close: () => void): { readonly client: Client; lost(hasLeft?: boolean): void };
}

export function createConnections(): Connections {
  const ends = new Map<string, () => void>();
  return {
    open(id, close) {
      ends.get(id)?.();
      const connection = new AbortController();
      let isGone = false;
      const lost = (hasLeft = false): void => {
        if (ends.get(id) === end) ends.delete(id);
        isGone ||= hasLeft;
        connection.abort();
      };
      const end = (): void => {
        lost();
        close();
      };
      ends.set(id, end);
      const client: Client = {
        id,
        signal: connection.signal,
        get hasLeft() {
          return isGone;
        },
      };
      return { client, lost };
    },
  };
}
