import type { editor } from 'monaco-editor/editor';
import type { ChapterController } from '../../renderer/chapter/controller.ts';
import type { ManuscriptHost } from './studio.ts';

export interface Seen {
  readonly chapterId: string;
  readonly text: string;
  /** The status, as it stands on the page. */
  readonly says: string;
  readonly isReader: boolean;
  /** What has streamed into which turn. */
  readonly stream: { readonly turnId: string; readonly text: string } | null;
}

/** Runs in the page: what a person sees at one moment. */
export function see(view: editor.IStandaloneCodeEditor): Seen {
  const { controller } = (view.getContainerDomNode() as ManuscriptHost).__paphosManuscript;
  const { generation, readOnly } = controller.getState();
  return {
    chapterId: (controller as ChapterController & { readonly chapterId: string }).chapterId,
    text: view.getModel()?.getValue() ?? '',
    says: document.querySelector('[role=status][aria-label=Saved]')?.textContent ?? '',
    isReader: readOnly,
    stream:
      generation?.phase === 'writing'
        ? { turnId: generation.turnId, text: controller.excerpt(generation.turnId, 1e6) }
        : null,
  };
}

/**
 * Runs in the page: waits until nothing is under way and nothing is told of trouble; null, or what it is like then. A
 * model that is being loaded may take three times as long.
 */
export async function comeToRest(within: number): Promise<string | null> {
  const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const controllerNow = (): ChapterController | null => {
    const hosts = [...document.querySelectorAll<ManuscriptHost>('.ms-host')].filter(
      (host) => '__paphosManuscript' in host,
    );
    return hosts.length === 1 ? (hosts[0]?.__paphosManuscript.controller ?? null) : null;
  };
  const told = (name: string): string =>
    document.querySelector(`[role=status][aria-label="${name}"]`)?.textContent ?? '';
  const isQuiet = (): boolean => {
    const state = controllerNow()?.getState();
    if (state === undefined) return false;
    const { generation, others, save, loading, readOnly } = state;
    const isIdle = generation === null && others === 0 && save === 'saved' && !loading && !readOnly;
    return isIdle && told('Saved') === 'Saved' && told('Connection') === '';
  };
  const latest = performance.now() + 3 * within;
  let end = performance.now() + within;
  for (let calm = 0; calm < 3;) {
    // What was asked for and waits for an answer is no state that is shown.
    const flushed = controllerNow()?.flush();
    if (flushed !== undefined)
      await Promise.race([
        flushed.catch(() => undefined),
        rest(1000).then(() => {
          calm = -1;
        }),
      ]);
    await rest(10);
    calm = isQuiet() ? calm + 1 : 0;
    for (const button of document.querySelectorAll('main button'))
      if (button.textContent === 'Take over') (button as HTMLElement).click();
    if (told('Engine').includes('Loading')) end = Math.min(latest, performance.now() + within);
    if (performance.now() > end)
      return JSON.stringify({
        state: controllerNow()?.getState() ?? null,
        says: told('Saved'),
        connection: told('Connection'),
        engine: told('Engine'),
      });
    if (calm === 0) await rest(40);
  }
  return null;
}
