import type { TurnMenuTarget } from '../chapter/controller.ts';
import { messagesOf, type ChatView } from './chat-view.ts';
import type { MessageActions } from './message.tsx';

/** What a person does with messages, in the chapter. */
export function actionsOn(
  view: ChatView,
  onTurnMenu: (target: TurnMenuTarget, anchor: DOMRect) => void,
): MessageActions {
  const { chapter } = view;
  const { controller, document } = chapter;
  return {
    edit: (turnId) => view.editTurn(turnId),
    endEdit: () => {
      const { editing } = view.getState();
      view.endEdit();
      view.goTo(editing);
    },
    write: (turnId, text) => view.write(turnId, text),
    come: (turnId, offset) => view.come(turnId, offset),
    swipe: (turnId, step) =>
      void (step === 1 ? controller.nextAlternate(turnId) : controller.previousAlternate(turnId)),
    goOn: (turnId) => void controller.continue(turnId),
    retry: (turnId) => void controller.retry(turnId),
    branch: (turnId) => void controller.branchAt(turnId),
    copy: (turnId) => void navigator.clipboard.writeText(controller.turnText(turnId)),
    remove: (turnId) => controller.removeTurn(turnId),
    menu: (turnId, label, anchor) => {
      const span = document.spanOf(turnId);
      if (span === null) return;
      const { role, speaker } = span;
      const isReady = document.readyTurn()?.id === turnId;
      onTurnMenu({ turnId, role, speaker, alternates: chapter.alternates(turnId), isReady, label }, anchor);
    },
    move: (turnId, by) => {
      const messages = messagesOf(document);
      const at = messages.findIndex(({ id }) => id === turnId);
      const to = (at === -1 ? messages.length : at) + by;
      if (to >= messages.length && by !== Infinity) return view.goTo(null);
      view.goTo(messages[Math.max(0, Math.min(messages.length - 1, to))]?.id ?? null);
    },
    toComposer: () => view.goToComposer(),
    dismiss: () => chapter.dismissFault(),
    take: (option) => void controller.takeOption(option),
  };
}
