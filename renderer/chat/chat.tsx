import '@fontsource-variable/literata/opsz.css';
import '@fontsource-variable/literata/opsz-italic.css';
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type KeyboardEvent,
  type ReactElement,
} from 'react';
import { matches } from '../lib/keys.ts';
import { ChatView } from './chat-view.ts';
import { Composer } from './composer.tsx';
import type { MessageActions } from './message.tsx';
import { Messages } from './messages.tsx';
import { actionsOn } from './message-actions.ts';
import type { ChatProps } from './chat-props.ts';
import css from './chat.module.css';

/** A chapter as a chat. It is made once: another chapter is another component (give it a key). */
export function Chat(props: ChatProps): ReactElement | null {
  const { session } = props;
  const [view, setView] = useState<ChatView | null>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    session.showIn((text, chapter) => {
      const shown = new ChatView(text, chapter, (ask) => latest.current.onFind(ask));
      setView(shown);
      return shown;
    });
    return () => setView(null);
  }, [session]);
  return view === null ? null : <Shown {...props} view={view} />;
}

function Shown({ view, bar, top = 0, onReply, onTurnMenu }: ChatProps & { readonly view: ChatView }): ReactElement {
  const root = useRef<HTMLDivElement>(null);
  const state = useSyncExternalStore(view.subscribe, view.getState);
  const composer = useRef<HTMLTextAreaElement | null>(null);
  const onField = useCallback((field: HTMLTextAreaElement) => {
    composer.current = field;
  }, []);
  const focusComposer = useCallback(() => composer.current?.focus({ preventScroll: true }), []);
  const actions: MessageActions = useMemo(() => actionsOn(view, onTurnMenu), [view, onTurnMenu]);
  useEffect(() => {
    // What a menu of the browser undoes is undone in the chapter.
    const undo = (event: InputEvent): void => {
      if (event.inputType !== 'historyUndo' && event.inputType !== 'historyRedo') return;
      event.preventDefault();
      view[event.inputType === 'historyUndo' ? 'undo' : 'redo']();
    };
    const node = root.current;
    node?.addEventListener('beforeinput', undo);
    return () => node?.removeEventListener('beforeinput', undo);
  }, [view]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const isUndo = matches(event.nativeEvent, 'Mod+Z');
    const isRedo = matches(event.nativeEvent, 'Mod+Shift+Z') || matches(event.nativeEvent, 'Mod+Y');
    if (!isUndo && !isRedo) return;
    event.preventDefault();
    if (!state.readOnly) view[isUndo ? 'undo' : 'redo']();
  };
  return (
    <div
      className={css.chat}
      data-view-text
      ref={root}
      onKeyDown={onKeyDown}
      onBlur={({ relatedTarget, currentTarget }) => {
        if (!currentTarget.contains(relatedTarget)) view.chapter.left();
      }}
    >
      <Messages view={view} state={state} top={top} actions={actions} focusComposer={focusComposer} />
      <Composer
        view={view}
        bar={bar}
        isReadOnly={state.readOnly}
        isFirst={view.document.layout.spans.length === 1 && view.document.isBlank()}
        onReply={onReply}
        onUp={() => actions.move('', -1)}
        onField={onField}
      />
    </div>
  );
}
