import { create } from 'zustand';
import type { InterfaceState } from '../../shared/contract/settings.ts';
import { api } from '../lib/client.ts';

/** What the interface remembers between starts; null until the studio has told it. */
export const useRemembered = create<{ values: InterfaceState | null }>(() => ({ values: null }));

export async function loadRemembered(): Promise<void> {
  useRemembered.setState({ values: await api.settings.interface() });
}

type Value = InterfaceState[string];

const REST_MS = 200;
const resting = new Map<string, ReturnType<typeof setTimeout>>();

/**
 * Takes effect at once and is stored after a short rest. If the studio cannot keep it, only the memory of it is lost.
 */
export function remember(key: string, value: Value): void {
  const { values } = useRemembered.getState();
  if (values?.[key] === value) return;
  useRemembered.setState({ values: { ...values, [key]: value } });
  clearTimeout(resting.get(key));
  resting.set(
    key,
    setTimeout(() => {
      resting.delete(key);
      api.settings.setInterface({ key, value }).catch(() => undefined);
    }, REST_MS),
  );
}

export function useFlag(key: string, otherwise: boolean): [boolean, (value: boolean) => void] {
  const value = useRemembered((state) => state.values?.[key]);
  return [typeof value === 'boolean' ? value : otherwise, (next) => remember(key, next)];
}

export function useText(key: string): string | null {
  const value = useRemembered((state) => state.values?.[key]);
  return typeof value === 'string' ? value : null;
}

export function useNumber(key: string, otherwise: number): number {
  const value = useRemembered((state) => state.values?.[key]);
  return typeof value === 'number' ? value : otherwise;
}
