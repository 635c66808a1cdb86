import { CSPProvider } from '@base-ui/react/csp-provider';
import { notifyManager, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, type ReactElement } from 'react';
import { whenOpen } from '../../lib/client.ts';
import { Fallback } from '../../ui/fallback.tsx';
import { Toasts } from '../../ui/toasts.tsx';
import { queryClient } from '../../ui/query-client.ts';
import { loadRemembered, useRemembered } from '../../workspace/remembered.ts';
import { Shell } from './shell.tsx';
import { useAppliedTheme } from '../../workspace/theme.ts';
import { useWorkspace } from '../../workspace/workspace.ts';

// Before the next paint: a checkbox must not show its old state again for a moment.
notifyManager.setScheduler(queueMicrotask);

async function start(): Promise<void> {
  for (;;) {
    await whenOpen();
    try {
      await loadRemembered();
      return;
    } catch {
      // The connection broke on the way; the next round waits for it.
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

const keepRoom = (toasts: number): void => useWorkspace.setState({ toasts });

export function App(): ReactElement | null {
  const ready = useRemembered((state) => state.values !== null);
  useAppliedTheme();
  useEffect(() => {
    void start();
  }, []);
  if (!ready) return null;
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <Fallback>
          <Shell />
        </Fallback>
        <Toasts onHeight={keepRoom} />
      </QueryClientProvider>
    </CSPProvider>
  );
}
