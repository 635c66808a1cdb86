import { useEffect, type ReactElement } from 'react';
import { isAway, useConnection } from '../../lib/client.ts';
import { words } from '../../locales/index.ts';
import { focusHeldField, useHeldText, useTurning } from '../../workspace/held-text.ts';
import { useOpenChapter, useWorkspace } from '../../workspace/workspace.ts';
import css from './held-field.module.css';

/** After so long, what is typed next by other means than keys goes into the field too. */
const SLOW_MS = 150;

/** Where what is typed stands while its page is not there yet, and why it does not go there. */
export function HeldField(): ReactElement | null {
  const turning = useTurning();
  const { text, isComposing } = useHeldText();
  const isNoStory = useWorkspace(({ place }) => place === null);
  useSlowTurn(turning);
  const isShown = text !== '' || isComposing;
  if (!turning && !isShown && !isNoStory) return null;
  return (
    <div className={css.held} data-shown={isShown}>
      <textarea
        data-held
        className={css.text}
        aria-label={words.shell.held.label}
        dir="auto"
        tabIndex={isShown ? 0 : -1}
        value={text}
        onChange={(event) => useHeldText.setState({ text: event.target.value })}
        onCompositionStart={() => useHeldText.setState({ isComposing: true })}
        onCompositionEnd={(event) => useHeldText.setState({ text: event.currentTarget.value, isComposing: false })}
      />
      {isShown ? <Why turning={turning} /> : null}
    </div>
  );
}

function Why({ turning }: { readonly turning: boolean }): ReactElement {
  const away = useConnection(isAway);
  const reads = useOpenChapter((chapter) => chapter.readOnly) === true;
  const { waits, away: isAwayNow, reader, stays } = words.shell.held;
  return (
    <p className={css.why} role="status" aria-label={words.shell.held.why}>
      {away ? isAwayNow : turning ? waits : reads ? reader : stays}
    </p>
  );
}

/** Letters move the focus here by themselves; a composition, or what is dictated, comes without them. */
function useSlowTurn(turning: boolean): void {
  useEffect(() => {
    if (!turning) return undefined;
    const timer = setTimeout(() => {
      if (document.activeElement?.matches('body, .manuscript [role=textbox], .manuscript textarea') === true)
        focusHeldField();
    }, SLOW_MS);
    return () => clearTimeout(timer);
  }, [turning]);
}
