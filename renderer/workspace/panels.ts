import { useMedia } from '../lib/media.ts';
import { remember, useFlag, useRemembered } from './remembered.ts';
import { useWorkspace } from './workspace.ts';

export type Panel = 'binder' | 'inspector';

/** Below these widths a panel floats over the page instead of standing beside it. */
export const BESIDE: Record<Panel, string> = { binder: '(min-width: 961px)', inspector: '(min-width: 1181px)' };

const WIDTHS: Record<Panel, { readonly usual: number; readonly least: number; readonly most: number }> = {
  binder: { usual: 232, least: 168, most: 420 },
  inspector: { usual: 316, least: 264, most: 560 },
};

export function usePanelWidth(panel: Panel): { readonly width: number; readonly least: number; readonly most: number } {
  const { usual, least, most } = WIDTHS[panel];
  const value = useRemembered((state) => state.values?.[`width:${panel}`]);
  return { width: typeof value === 'number' ? Math.min(most, Math.max(least, value)) : usual, least, most };
}

export type PanelMode = 'beside' | 'over' | 'closed';

export function usePanel(panel: Panel): PanelMode {
  const wide = useMedia(BESIDE[panel]);
  const [open] = useFlag(`panel:${panel}`, true);
  const over = useWorkspace((workspace) => workspace.over === panel);
  if (wide) return open ? 'beside' : 'closed';
  return over ? 'over' : 'closed';
}

export function togglePanel(panel: Panel): void {
  if (matchMedia(BESIDE[panel]).matches)
    remember(`panel:${panel}`, useRemembered.getState().values?.[`panel:${panel}`] === false);
  else useWorkspace.setState((workspace) => ({ over: workspace.over === panel ? null : panel }));
}
