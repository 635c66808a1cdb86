import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { keyName } from '../../lib/keys.ts';
import { toastFault } from '../../ui/toasts.tsx';
import { useWorkspace } from '../../workspace/workspace.ts';
import { momentNow, onMoment, type Target } from './moment.ts';
import { commandOf, type CommandId } from './registry.ts';

/** Runs a command; where it cannot run now, answers why. */
export function runCommand(id: CommandId, target?: Target): string | null {
  const { applies, why, run } = commandOf(id);
  const moment = momentNow(target);
  if (applies?.(moment) === false) return null;
  const reason = why?.(moment) ?? null;
  if (reason !== null) return reason;
  void (async () => run(moment))().catch(toastFault);
  return null;
}

/** A command as it stands now. */
export interface Offer {
  readonly id: CommandId;
  readonly name: string;
  readonly keys: string | null;
  readonly why: string | null;
  readonly run: () => void;
}

const keysOf = (id: CommandId): string | null => {
  const { key } = commandOf(id);
  return key === undefined ? null : keyName(key.press);
};
/** The written key of a command that has one. */
export const keysFor = (id: CommandId): string => keysOf(id) ?? '';

/** Commands as they stand now. What shows them is drawn again only when a name or a reason changes. */
export function useOffers(ids: readonly CommandId[]): readonly Offer[] {
  const controller = useWorkspace((session) => session.controller);
  const subscribe = useCallback((changed: () => void) => onMoment(controller, changed), [controller]);
  const read = (): string => {
    const moment = momentNow();
    return JSON.stringify(
      ids
        .filter((id) => commandOf(id).applies?.(moment) !== false)
        .map((id) => [id, commandOf(id).name(moment), commandOf(id).why?.(moment) ?? null]),
    );
  };
  const state = useSyncExternalStore(subscribe, read);
  return useMemo(
    () =>
      (JSON.parse(state) as [CommandId, string, string | null][]).map(([id, name, why]) => ({
        id,
        name,
        keys: keysOf(id),
        why,
        run: () => void runCommand(id),
      })),
    [state],
  );
}

export function useCommand(id: CommandId): Offer {
  const [offer] = useOffers([id]);
  return offer ?? { id, name: commandOf(id).name(momentNow()), keys: keysOf(id), why: null, run: () => undefined };
}
