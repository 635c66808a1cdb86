import { KeyCode, KeyMod } from 'monaco-editor/editor';
import type { ManuscriptController } from './controller.ts';
import type { Page } from './create-editor.ts';

const OPTIONS = [KeyCode.Digit1, KeyCode.Digit2, KeyCode.Digit3];

/** The keys of writing, while the page has the focus. Escape stops only where something is written. */
export function bindKeys(page: Page, manuscript: ManuscriptController): void {
  const quietly = (work: () => Promise<void>) => () => void work().catch(() => undefined);
  page.addCommand(
    KeyMod.CtrlCmd | KeyCode.Enter,
    quietly(() => manuscript.reply()),
  );
  page.addCommand(
    KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.Enter,
    quietly(() => manuscript.retry()),
  );
  page.addCommand(
    KeyMod.Alt | KeyCode.LeftArrow,
    quietly(() => manuscript.previousAlternate()),
  );
  page.addCommand(
    KeyMod.Alt | KeyCode.RightArrow,
    quietly(() => manuscript.nextAlternate()),
  );
  OPTIONS.forEach((key, index) =>
    page.addCommand(
      KeyMod.Alt | key,
      quietly(() => manuscript.takeOption(index + 1)),
    ),
  );
  page.addCommand(
    KeyCode.Escape,
    quietly(() => manuscript.stop()),
    'paphosWriting',
  );
  const writing = page.createContextKey<boolean>('paphosWriting', false);
  manuscript.subscribe(() => writing.set(manuscript.getState().generation !== null));
}
