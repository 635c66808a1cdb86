import { create } from 'zustand';
import type { InterfaceState } from '../../shared/contract/settings.ts';
import { api } from '../lib/client.ts';

/** What the interface remembers between starts; null until the studio has told it. */
export const useRemembered = create<{ values: InterfaceState | null }>(() => ({ values: null }));

export async function loadRemembered(): Promise<void> {
  useRemembered.setState({ values: await api.settings.interface() });
}

type Value = InterfaceState[string];

/** Takes effect at once. The studio keeps it; if it cannot, only the memory of it is lost. */
export function remember(key: string, value: Value): void {
  const { values } = useRemembered.getState();
  if (values?.[key] === value) return;
  useRemembered.setState({ values: { ...values, [key]: value } });
  api.settings.setInterface({ key, value }).catch(() => undefined);
}

export function useFlag(key: string, otherwise: boolean): [boolean, (value: boolean) => void] {
  const value = useRemembered((state) => state.values?.[key]);
  return [typeof value === 'boolean' ? value : otherwise, (next) => remember(key, next)];
}

export function useText(key: string): string | null {
  const value = useRemembered((state) => state.values?.[key]);
  return typeof value === 'string' ? value : null;
}
