import { newId } from '../../shared/document/ids.ts';

const KEY = 'paphos.page';
/** The page that is left by a reload gives its lock back meanwhile. */
const RELOAD_MS = 500;

/** A page keeps its id over a reload. A tab that was duplicated has it too, but not its lock: it takes another one. */
export async function pageId(): Promise<string> {
  const kept = sessionStorage.getItem(KEY);
  if (kept !== null && (await claim(kept))) return kept;
  const id = newId();
  sessionStorage.setItem(KEY, id);
  void claim(id);
  return id;
}

/** Holds an id until this page is gone. */
function claim(id: string): Promise<boolean> {
  return new Promise((answer) => {
    if (!('locks' in navigator)) return answer(false);
    const wait = { signal: AbortSignal.timeout(RELOAD_MS) };
    const held = navigator.locks.request(`paphos-page-${id}`, wait, () => {
      answer(true);
      return new Promise(() => undefined);
    });
    held.catch(() => answer(false));
  });
}
