import { CSPProvider } from '@base-ui/react/csp-provider';
import { notifyManager, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { sentenceOf } from '../../../shared/faults/sentence.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { whenOpen } from '../../lib/client.ts';
import { faultOf } from '../../lib/faults.ts';
import { Fallback } from '../../ui/fallback.tsx';
import { Toasts } from '../../ui/toasts.tsx';
import ui from '../../ui/ui.module.css';
import { queryClient } from '../../ui/query-client.ts';
import { loadRemembered, useRemembered } from '../../workspace/remembered.ts';
import { Shell } from './shell.tsx';
import { useAppliedTheme } from '../../workspace/theme.ts';
import { useWorkspace } from '../../workspace/workspace.ts';

// Before the next paint: a checkbox must not show its old state again for a moment.
notifyManager.setScheduler(queueMicrotask);

/** `tell` hears why the page cannot begin yet. */
async function start(tell: (fault: StudioFault) => void): Promise<void> {
  for (;;) {
    await whenOpen();
    try {
      await loadRemembered();
      return;
    } catch (error) {
      tell(faultOf(error));
      // Where the connection broke on the way, the next round waits for it.
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

const keepRoom = (toasts: number): void => useWorkspace.setState({ toasts });

export function App(): ReactElement | null {
  const ready = useRemembered((state) => state.values !== null);
  useAppliedTheme();
  const [fault, setFault] = useState<StudioFault | null>(null);
  useEffect(() => {
    void start(setFault);
  }, []);
  if (!ready)
    return fault === null || fault.code === 'UNREACHABLE' ? null : (
      <main className={ui.empty} role="alert">
        <p className={ui.fault}>{sentenceOf(fault)}</p>
      </main>
    );
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
