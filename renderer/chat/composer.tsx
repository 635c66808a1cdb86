import { useLayoutEffect, useRef, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { words } from '../locales/index.ts';
import type { ChatView } from './chat-view.ts';
import { TurnField } from './turn-field.tsx';
import css from './chat.module.css';

interface Props {
  readonly view: ChatView;
  readonly bar: ReactNode;
  readonly isReadOnly: boolean;
  readonly isFirst: boolean;
  readonly onReply: () => void;
  /** The person goes back up to the messages. */
  readonly onUp: () => void;
  /** Hears of the field, which is made once. */
  readonly onField: (field: HTMLTextAreaElement) => void;
}

/** Where the person writes what comes next: their turn at the end of the chapter. */
export function Composer({ view, bar, isReadOnly, isFirst, onReply, onUp, onField }: Props): ReactElement {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const node = field.current;
    if (node === null) return;
    // A new field has its caret at the start.
    node.setSelectionRange(node.value.length, node.value.length);
    onField(node);
  }, [onField]);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { key, shiftKey, ctrlKey, metaKey, altKey, nativeEvent, currentTarget } = event;
    if (nativeEvent.isComposing || ctrlKey || metaKey || altKey) return;
    if (isReadOnly && key.length === 1) view.chapter.willEdit('typing');
    // On a screen keyboard the key makes a line, as everywhere there.
    const sends = key === 'Enter' && !shiftKey && !matchMedia('(pointer: coarse)').matches;
    if (sends) {
      event.preventDefault();
      view.come(null);
      if (view.composed().trim() !== '') onReply();
    }
    if (key === 'ArrowUp' && currentTarget.selectionEnd === 0) {
      event.preventDefault();
      onUp();
    }
  };
  return (
    <div className={css.composer} data-bar-place>
      <TurnField
        field={field}
        className={css.say}
        label={words.chat.message}
        placeholder={isFirst ? words.chat.sayFirst : words.chat.say}
        text={view.composed()}
        readOnly={isReadOnly}
        onText={(text) => view.write(null, text)}
        onCaret={() => view.come(null)}
        onKeyDown={onKeyDown}
      />
      {bar}
    </div>
  );
}
