import { useEffect } from 'react';
import type { Hold } from '../../../shared/contract/writing.ts';
import { api } from '../../lib/client.ts';
import { follow } from '../../lib/follow.ts';
import { refreshLibrary } from '../../library/library.ts';
import { useWorkspace } from '../../workspace/workspace.ts';

/** Holds the open story for writing; another tab that opens it is a reader until it takes over. */
export function useHold(storyId: string | null): void {
  useEffect(() => {
    if (storyId === null) return undefined;
    const stop = new AbortController();
    let was: Hold['role'] | null = null;
    let comesBack = false;
    void follow({
      open: (signal) => {
        comesBack = was !== null;
        return api.writing.hold({ storyId, ...(was === null ? {} : { was }) }, { signal });
      },
      onValue: ({ role }) => {
        const isBack = comesBack && was === 'writer' && role === 'writer';
        was = role;
        comesBack = false;
        const { place, writer, reading } = useWorkspace.getState();
        if (place?.storyId !== storyId) return;
        // Who takes over reads again what the other one wrote.
        const takesOver = writer === false && role === 'writer';
        useWorkspace.setState({ writer: role === 'writer', ...(takesOver ? again(reading) : {}) });
        if (isBack && !takesOver) void readAgainIfChanged();
      },
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [storyId]);
}

const again = (reading: number) => ({ reading: reading + 1, turning: true });

/** While a page that writes was away, another one may have written, or the library become another one. */
async function readAgainIfChanged(): Promise<void> {
  const { controller } = useWorkspace.getState();
  if (controller === null || (await controller.isCurrent()) || useWorkspace.getState().controller !== controller)
    return;
  void refreshLibrary();
  useWorkspace.setState(({ reading }) => again(reading));
}
