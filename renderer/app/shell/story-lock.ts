import { useEffect } from 'react';
import type { Hold } from '../../../shared/contract/writing.ts';
import { api } from '../../lib/client.ts';
import { follow } from '../../lib/follow.ts';
import { useWorkspace } from '../../workspace/workspace.ts';

/** Holds the open story for writing; another tab that opens it is a reader until it takes over. */
export function useHold(storyId: string | null): void {
  useEffect(() => {
    if (storyId === null) return undefined;
    const stop = new AbortController();
    let was: Hold['role'] | null = null;
    void follow({
      open: (signal) => api.writing.hold({ storyId, ...(was === null ? {} : { was }) }, { signal }),
      onValue: ({ role }) => {
        was = role;
        const { place, writer, reading } = useWorkspace.getState();
        if (place?.storyId !== storyId) return;
        // Who takes over reads again what the other one wrote.
        const takesOver = writer === false && role === 'writer';
        useWorkspace.setState({
          writer: role === 'writer',
          ...(takesOver ? { reading: reading + 1, turning: true } : {}),
        });
      },
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [storyId]);
}
